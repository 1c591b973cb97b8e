import { type Animated, isAlways } from '../../composition/animated.js';
import { expressionOf, frameVariable } from './expression.js';
import { ratio, type ClipFormat, type Stage } from './stage.js';

/** Filters that `opacityChains` and `constantOpacity` use. */
export const OPACITY_FILTERS = ['alphaextract', 'alphamerge', 'blend', 'color', 'geq', 'lut', 'scale', 'split'];

/** A clip's opacity where it never changes, as filters in a row. Empty for a clip that is wholly there, or whose opacity moves. */
export function constantOpacity(opacity: Animated, format: ClipFormat): string[] {
  if (typeof opacity !== 'number' || opacity === 1) return [];
  // `colorchannelmixer` would go through RGB.
  return [`format=${format}`, `lut=a='val*${opacity.toFixed(6)}'`];
}

/** Whether a clip needs `opacityChains`. */
export function hasMovingOpacity(opacity: Animated): boolean {
  return typeof opacity !== 'number' && !isAlways(opacity, 1);
}

interface OpacityPlace {
  /** Pads. */
  readonly from: string;
  readonly to: string;
  /** The frames of the clip that are shown. */
  readonly fromFrame: number;
  readonly frames: number;
}

/**
 * Chains that multiply the alpha of the clip at pad `from` with a grey video of the opacity, made of 2 × 2 pixels (`geq` computes each
 * pixel: at full size it would cost more than everything else).
 */
export function opacityChains(
  opacity: Animated,
  { from, to, fromFrame, frames }: OpacityPlace,
  format: ClipFormat,
  { canvas, rate }: Stage,
): string[] {
  const size = `${canvas.width}:${canvas.height}`;
  return [
    `color=c=black:s=2x2:r=${ratio(rate)},format=gray,trim=end_frame=${frames},geq=lum='255*(${expressionOf(opacity, frameVariable('N', fromFrame))})',scale=${size}:flags=neighbor,format=gray[${to}m]`,
    `[${from}]format=${format},split[${to}c][${to}d]`,
    `[${to}d]alphaextract,format=gray[${to}a]`,
    `[${to}a][${to}m]blend=all_mode=multiply[${to}am]`,
    `[${to}c][${to}am]alphamerge[${to}]`,
  ];
}
