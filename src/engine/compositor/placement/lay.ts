import type { Rational } from '../../../composition/frame-grid.js';
import { TAGGED } from '../color/convert.js';
import { ratio, repeatFrame } from '../stage.js';
import { frameVariable } from '../expression.js';
import type { Transform } from './transform.js';

/** Filters that `layOnNothing` uses. */
export const LAY_FILTERS = ['color', 'format', 'overlay', 'setparams', 'setpts', 'settb', 'trim'];

/** A moment, as an expression of `overlay`: the number of a clip's frame. */
export function overlayFrame({ num, den }: Rational, fromFrame: number): string {
  // Not `n`: that may run ahead of the frame that is laid down.
  return frameVariable(`round(t*${num}/${den})`, fromFrame);
}

/** The options of `overlay` that say where a picture lies, in a frame of which `left` and `top` are cut off. */
export function positionOf(
  { x, y }: Pick<Transform, 'x' | 'y'>,
  frame: string,
  { left, top }: { readonly left: number; readonly top: number } = { left: 0, top: 0 },
): string {
  const less = (edge: string, cut: number) => (cut === 0 ? edge : `${edge}-${cut}`);
  return `x='${less(x(frame), left)}':y='${less(y(frame), top)}'`;
}

interface LayPlace {
  /** Pads. */
  readonly from: string;
  readonly to: string;
  readonly transform: Transform;
  /** The frames of the clip that are shown. */
  readonly fromFrame: number;
  readonly frames: number;
}

interface LayStage {
  readonly canvas: { readonly width: number; readonly height: number };
  readonly rate: Rational;
}

/** One transparent frame. */
export function nothingFrame({ width, height }: LayStage['canvas'], rate: Rational): string {
  return `color=c=black@0:s=${width}x${height}:r=${ratio(rate)},format=yuva444p,trim=end_frame=1`;
}

/** Chains that lay a placed clip on a transparent frame as large as the canvas. */
export function layOnNothing(
  { from, to, transform, fromFrame, frames }: LayPlace,
  { canvas, rate }: LayStage,
): string[] {
  const position = positionOf(transform, overlayFrame(rate, fromFrame));
  return [
    `${nothingFrame(canvas, rate)},${repeatFrame(rate)},trim=end_frame=${frames}[${to}n]`,
    `[${from}]format=yuva444p,settb=${rate.den}/${rate.num},setpts=N[${to}p]`,
    `[${to}n][${to}p]overlay=${position}:format=yuv444,${TAGGED.join(',')}[${to}]`,
  ];
}
