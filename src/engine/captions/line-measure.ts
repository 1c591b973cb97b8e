import { type Direction, directionOf, visualRuns } from '../draw/text/bidi.js';
import { measuredParts } from './text-ruler.js';

/** A line of which each part can be found on the screen. */
export interface MeasuredLine {
  readonly width: number;
  readonly direction: Direction;
  /** Where a part stands, in UTF-16 units of the line, from the left end of the line. */
  extentOf(part: { readonly from: number; readonly to: number }): { readonly left: number; readonly right: number };
}

/**
 * Measures a line once for all of its parts: finding one takes no longer in a longer line.
 * @param widthOf measures text of one line.
 */
export function measureLine(
  line: string,
  widthOf: (text: string) => number,
  direction: Direction = directionOf(line),
): MeasuredLine {
  let width = 0;
  const runs = visualRuns(line, direction).map(({ start, end, direction: way }) => {
    const left = width;
    const advances = measureRun(line.slice(start, end), widthOf);
    width += advances.width;
    return { start, end, way, left, advances };
  });
  runs.sort((a, b) => a.start - b.start);
  const starts = runs.map(({ start }) => start);
  const extentOf: MeasuredLine['extentOf'] = ({ from, to }) => {
    let [left, right] = [Infinity, 0];
    for (const run of runs.slice(lastUpTo(starts, from), lastUpTo(starts, to) + 1)) {
      const [first, last] = [Math.max(from, run.start), Math.min(to, run.end)];
      if (first >= last) continue;
      const [before, until] = [run.advances.upTo(first - run.start), run.advances.upTo(last - run.start)];
      const isRightToLeft = run.way === 'rtl';
      left = Math.min(left, run.left + (isRightToLeft ? run.advances.width - until : before));
      right = Math.max(right, run.left + (isRightToLeft ? run.advances.width - before : until));
    }
    return { left, right };
  };
  return { width, direction, extentOf };
}

interface Advances {
  readonly width: number;
  /** The width of the text before a UTF-16 unit. */
  upTo(unit: number): number;
}

function measureRun(text: string, widthOf: (text: string) => number): Advances {
  const parts = measuredParts(text);
  const [starts, before]: [number[], number[]] = [[], []];
  let [at, width] = [0, 0];
  for (const part of parts) {
    starts.push(at);
    before.push(width);
    at += part.length;
    width += widthOf(part);
  }
  const upTo = (unit: number): number => {
    if (unit >= text.length) return width;
    const i = lastUpTo(starts, unit);
    const inPart = (parts[i] ?? '').slice(0, unit - (starts[i] ?? 0));
    return (before[i] ?? 0) + (inPart === '' ? 0 : widthOf(inPart));
  };
  return { width, upTo };
}

/** The index of the last value that is not above `most`, of rising values of which the first is not. */
function lastUpTo(values: readonly number[], most: number): number {
  let [low, high] = [0, values.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((values[middle] ?? 0) <= most) low = middle;
    else high = middle;
  }
  return low;
}
