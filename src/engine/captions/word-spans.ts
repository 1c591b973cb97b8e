import type { Cue, TimedWord } from '../../composition/captions.js';
import { framesOf, type Rational } from '../../composition/frame-grid.js';
import { directionOf, visualRuns } from '../draw/text/bidi.js';

/** A part of a line, in UTF-16 units, and the frames on which it is spoken. */
export interface SpokenSpan {
  readonly from: number;
  readonly to: number;
  readonly frames: { readonly start: number; readonly end: number };
}

/**
 * The spoken parts of each line of a cue, in order of time; at most one is spoken at a time. Pure.
 * @param lines the cue's ink, broken into lines.
 * @param frames on which the cue is seen.
 */
export function spokenSpans(
  lines: readonly string[],
  { startUs, words }: Cue & { readonly words: readonly TimedWord[] },
  { frames, rate }: { readonly frames: { readonly start: number; readonly end: number }; readonly rate: Rational },
): SpokenSpan[][] {
  let shown = frames.start;
  const times = words.map((word) => {
    if (word.endUs <= word.startUs) return null;
    const start = Math.max(shown, framesOf(startUs + word.startUs, rate));
    const end = Math.min(frames.end, framesOf(startUs + word.endUs, rate));
    shown = Math.max(shown, end);
    return end > start ? { start, end } : null;
  });
  return stretchesOf(lines, words).map((line) =>
    line.flatMap(({ from, to, word }) => {
      const spoken = times[word];
      return spoken ? [{ from, to, frames: spoken }] : [];
    }),
  );
}

interface Stretch {
  readonly from: number;
  to: number;
  readonly word: number;
}

/** Where each word stands in each line. */
function stretchesOf(lines: readonly string[], words: readonly TimedWord[]): Stretch[][] {
  let word = 0;
  let left = words[0]?.ink ?? 0;
  return lines.map((line) => {
    const stretches: Stretch[] = [];
    for (let i = 0; i < line.length; i += 1) {
      if (/\s/.test(line.charAt(i))) continue;
      while (left === 0 && word < words.length) left = words[(word += 1)]?.ink ?? 0;
      const last = stretches.at(-1);
      if (last?.word === word) last.to = i + 1;
      else stretches.push({ from: i, to: i + 1, word });
      left -= 1;
    }
    return stretches;
  });
}

/** Where a part of a line stands on the screen, from the left end of the line; and the width of the line. @param widthOf measures text of one line. */
export function extentIn(
  line: string,
  { from, to }: { readonly from: number; readonly to: number },
  widthOf: (text: string) => number,
): { readonly left: number; readonly right: number; readonly width: number } {
  let [left, right, width] = [Infinity, 0, 0];
  for (const run of visualRuns(line, directionOf(line))) {
    const runWidth = widthOf(line.slice(run.start, run.end));
    const [first, last] = [Math.max(from, run.start), Math.min(to, run.end)];
    if (first < last) {
      const [before, until] = [first, last].map((end) => widthOf(line.slice(run.start, end))) as [number, number];
      const isRightToLeft = run.direction === 'rtl';
      left = Math.min(left, width + (isRightToLeft ? runWidth - until : before));
      right = Math.max(right, width + (isRightToLeft ? runWidth - before : until));
    }
    width += runWidth;
  }
  return { left, right, width };
}
