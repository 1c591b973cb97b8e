import type { Canvas } from '../../../composition/timeline/timeline.js';
import { timeUsOf, type Rational } from '../../../composition/frame-grid.js';

/** The longest that a video, and anything in it, may be: 4 h. */
export const MAX_TIME_US = 4 * 3600 * 1_000_000;

/** Sizes on the wire are in pixels of a frame with this short side. */
const REFERENCE_SHORT_SIDE = 1080;

/** The canvas, as the parsers of the parts of a timeline use it. */
export interface Frame {
  readonly canvas: Canvas;
  /** Pixels of the output for one on the wire. */
  readonly scale: number;
  /** At least one frame, at most 4 h. */
  readonly span: { readonly minUs: number; readonly maxUs: number };
}

export function frameOf(canvas: Canvas): Frame {
  return {
    canvas,
    scale: Math.min(canvas.width, canvas.height) / REFERENCE_SHORT_SIDE,
    span: spanOf(canvas.frameRate),
  };
}

/** A frame, to the nearest microsecond, to 4 h. */
export function spanOf(rate: Rational): Frame['span'] {
  return { minUs: timeUsOf(1, rate), maxUs: MAX_TIME_US };
}
