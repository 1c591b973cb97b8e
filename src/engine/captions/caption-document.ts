import { createHash } from 'node:crypto';
import { timeUsOf, type Rational } from '../../composition/frame-grid.js';
import type { GraphFile } from '../compositor/render-plan.js';
import type { Section } from '../compositor/section.js';

/**
 * An ASS document of ours, of which a part can be taken without reading all of it again. It passes between threads as a few blocks of bytes: as many strings as a large
 * file has events would block the thread that takes them.
 */
export interface CaptionDocument {
  /** All before the events, in UTF-8. */
  readonly head: Uint8Array;
  /** The lines of the events in UTF-8, in order, each with its line feed. */
  readonly events: Uint8Array;
  /** Where each begins in `events`. */
  readonly offsets: Uint32Array;
  /** When each is seen. */
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
}

/** Takes a document apart. */
export function captionDocument(text: string): CaptionDocument {
  const lines = text.split('\n');
  const isEvent = (line: string) => line.startsWith('Dialogue: ');
  const events = lines.filter(isEvent).map((line) => Buffer.from(`${line}\n`));
  const times = events.map((line) => /^Dialogue: \d+,([\d:.]+),([\d:.]+),/.exec(line.toString('latin1', 0, 64)));
  let end = 0;
  const offsets = Uint32Array.from(events, ({ length }) => {
    end += length;
    return end - length;
  });
  return {
    head: new Uint8Array(
      Buffer.from(
        `${lines
          .filter((line) => !isEvent(line))
          .join('\n')
          .trimEnd()}\n`,
      ),
    ),
    // A copy of its own: small buffers share theirs with others.
    events: new Uint8Array(Buffer.concat(events)),
    offsets,
    startUs: Float64Array.from(times, (match) => microseconds(match?.[1])),
    endUs: Float64Array.from(times, (match) => microseconds(match?.[2])),
  };
}

/** Times in ASS are rounded to hundredths of a second. */
const ROUNDING_US = 20_000;

/** The part of a document that a section shows, as a file that is named after its text: a changed cue changes only the sections that it is seen in. */
export function captionSection(document: CaptionDocument, { startFrame, frames }: Section, rate: Rational): GraphFile {
  const { head, startUs, endUs, offsets, events } = document;
  const fromUs = timeUsOf(startFrame, rate) - ROUNDING_US;
  const toUs = timeUsOf(startFrame + frames, rate) + ROUNDING_US;
  const isShown = (i: number) => (startUs[i] ?? 0) < toUs && (endUs[i] ?? 0) > fromUs;
  const parts = [head];
  for (let i = 0; i < offsets.length;) {
    let next = i;
    while (next < offsets.length && isShown(next)) next += 1;
    if (next > i) parts.push(events.subarray(offsets[i], offsets[next]));
    i = next + 1;
  }
  const content = Buffer.concat(parts);
  return { name: `captions-${createHash('sha256').update(content).digest('hex').slice(0, 32)}.ass`, content };
}

/** Of a time such as `0:01:02.50`. */
function microseconds(time = ''): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return Math.round((hours * 3600 + minutes * 60 + seconds) * 1e6);
}
