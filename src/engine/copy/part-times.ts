import type { Rational } from '../../composition/frame-grid.js';

/** ffmpeg doubles the parts of a second in which an MP4 counts until there are so many; so the files of encoded sections have them. */
const LEAST_TIMESCALE = 10_000;

/** The parts of a second in which the file of a section counts. */
export function partTimescale({ num }: Rational): number {
  let timescale = num;
  while (timescale < LEAST_TIMESCALE) timescale *= 2;
  return timescale;
}

/** How many of them a frame lasts. */
export function partTicks(frameRate: Rational): number {
  return (partTimescale(frameRate) * frameRate.den) / frameRate.num;
}
