import { createHash } from 'node:crypto';
import { timeUsOf, type Rational } from '../../composition/frame-grid.js';
import type { GraphFile } from '../compositor/render-plan.js';
import type { Section } from '../compositor/section.js';

/** An ASS document of ours, of which a part can be taken without reading all of it again. It can be cloned. */
export interface CaptionDocument {
  /** All before the events. */
  readonly head: string;
  /** A line for each event, in order. */
  readonly events: readonly string[];
  /** When each is seen. */
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
}

/** Takes a document apart. */
export function captionDocument(text: string): CaptionDocument {
  const lines = text.split('\n');
  const isEvent = (line: string) => line.startsWith('Dialogue: ');
  const events = lines.filter(isEvent);
  const times = events.map((line) => /^Dialogue: \d+,([\d:.]+),([\d:.]+),/.exec(line));
  return {
    head: lines.filter((line) => !isEvent(line)).join('\n'),
    events,
    startUs: Float64Array.from(times, (match) => microseconds(match?.[1])),
    endUs: Float64Array.from(times, (match) => microseconds(match?.[2])),
  };
}

/** Times in ASS are rounded to hundredths of a second. */
const ROUNDING_US = 20_000;

/** The part of a document that a section shows, as a file that is named after its text: a changed cue changes only the sections that it is seen in. */
export function captionSection(
  { head, events, startUs, endUs }: CaptionDocument,
  { startFrame, frames }: Section,
  rate: Rational,
): GraphFile {
  const fromUs = timeUsOf(startFrame, rate) - ROUNDING_US;
  const toUs = timeUsOf(startFrame + frames, rate) + ROUNDING_US;
  const shown = events.filter((_, i) => (startUs[i] ?? 0) < toUs && (endUs[i] ?? 0) > fromUs);
  const text = [head, ...shown, ''].join('\n');
  return { name: `captions-${createHash('sha256').update(text).digest('hex').slice(0, 32)}.ass`, text };
}

/** Of a time such as `0:01:02.50`. */
function microseconds(time = ''): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return Math.round((hours * 3600 + minutes * 60 + seconds) * 1e6);
}
