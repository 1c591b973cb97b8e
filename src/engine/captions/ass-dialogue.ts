import { framesOf, type Rational } from '../../composition/frame-grid.js';
import type { Cue } from '../../composition/captions.js';

/** What one event of an ASS document shows, and how. */
export interface Dialogue {
  /** Higher layers lie above lower ones, and do not move out of their way. */
  readonly layer: 0 | 1 | 2 | 3;
  readonly style: string;
  /** Distance from the edge in pixels; 0: the style's. */
  readonly marginV: number;
  /** Ready for ASS. */
  readonly text: string;
}

/** An override block that sets the font size where it is not the style's. */
export function sizeOverride(fontSize: number, usual: number): string {
  return fontSize === usual ? '' : `{\\fs${Math.floor(fontSize * 100) / 100}}`;
}

/** The frames on which a cue is seen: from the one nearest to its start up to the one nearest to its end, and at least one. */
export function framesOfCue(cue: Cue, rate: Rational): { start: number; end: number } {
  const start = framesOf(cue.startUs, rate);
  return { start, end: Math.max(start + 1, framesOf(cue.endUs, rate)) };
}

/** One line of the section `[Events]` for these frames. */
export function dialogueLine(
  { start, end }: { start: number; end: number },
  rate: Rational,
  { layer, style, marginV, text }: Dialogue,
): string {
  return `Dialogue: ${layer},${assTime(start, rate)},${assTime(end, rate)},${style},,0,0,${marginV},,${text}`;
}

/** From the beginning of an event that is seen from frame `start` on until a frame begins, in milliseconds: `\t` counts so. */
export function eventTimeMs(start: number, frame: number, rate: Rational): number {
  return (hundredthsOf(frame, rate) - hundredthsOf(start, rate)) * 10;
}

/** The last hundredth of a second that is not after a frame's beginning: rounding up would lose the frame. */
function hundredthsOf(frame: number, rate: Rational): number {
  return Math.floor((frame * rate.den * 100) / rate.num);
}

function assTime(frame: number, rate: Rational): string {
  const hundredths = hundredthsOf(frame, rate);
  const pad = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(hundredths / 6_000);
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(Math.floor(hundredths / 100) % 60)}.${pad(hundredths % 100)}`;
}
