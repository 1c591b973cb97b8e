import type { Canvas } from '../../../generated/cutroom/v1/timeline.js';
import type { Report } from './report.js';
import { frameRateText } from './time.js';

/** The frame that a document is laid out in. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Frames per second. */
  readonly rate: number;
}

/** A size that videos can have: even, 16 to 3840 pixels, of which the shorter is at most 2160. Another one is reported at `path`. */
export function possibleSize(
  width: number,
  height: number,
  report: Pick<Report, 'warn'>,
  path: string,
): { width: number; height: number } {
  // A side may be nothing, or less.
  const [long, short] = [Math.max(1, width, height), Math.max(1, Math.min(width, height))];
  const shrink = Math.min(1, 3840 / long, 2160 / short);
  const even = (side: number) => Math.max(16, 2 * Math.round((side * shrink) / 2));
  const size = { width: even(width), height: even(height) };
  if (size.width !== width || size.height !== height)
    report.warn(path, `makes ${width}x${height}, which is ${size.width}x${size.height} here`);
  return size;
}

/** As a message. @param background `#RRGGBB`. */
export function canvasOf({ width, height, rate }: Frame, background = ''): Canvas {
  return { width, height, frameRate: frameRateText(rate), background };
}

/** Pixels of the frame as pixels of one whose short side is 1080, within limits. */
export function scaledPixels(pixels: number, { width, height }: Frame, limits: { min: number; max: number }): number {
  return Math.min(limits.max, Math.max(limits.min, rounded((pixels * 1080) / Math.min(width, height))));
}

/** Pixels as percent of a side, within the limits of a box. */
export function percentOf(pixels: number, side: number): number {
  return percent((pixels / side) * 100);
}

/** A number of percent within the limits of a box, without the noise of binary fractions. */
export function percent(value: number): number {
  return Math.min(1000, Math.max(-1000, rounded(value)));
}

/** A length in percent within the limits of a box: above 0. */
export function percentLength(value: number): number {
  return Math.min(1000, Math.max(0.01, rounded(value)));
}

/** To four places. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
