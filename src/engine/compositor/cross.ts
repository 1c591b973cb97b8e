import type { TransitionKind } from '../../composition/composition.js';

/** Filters that `cross` uses. */
export const CROSS_FILTERS = ['hflip', 'vflip', 'xfade'];

/**
 * Kinds whose first frame ffmpeg 5.1 makes with a row or a column from beyond the frame, of whatever the memory holds there. Their mirror images
 * are right.
 */
const MIRRORED: { readonly [Kind in TransitionKind]?: { readonly flip: string; readonly kind: TransitionKind } } = {
  slideleft: { flip: 'hflip', kind: 'slideright' },
  slideup: { flip: 'vflip', kind: 'slidedown' },
};

export interface CrossPlace {
  /** Pads: both sides, and the result. */
  readonly from: string;
  readonly next: string;
  readonly to: string;
  /** `duration` and `offset` of `xfade`. */
  readonly times: string;
}

/** Chains of a transition between two sides of one format. */
export function cross(kind: TransitionKind, { from, next, to, times }: CrossPlace): string[] {
  const mirror = MIRRORED[kind];
  if (!mirror) return [`[${from}][${next}]xfade=transition=${kind}:${times}[${to}]`];
  return [
    `[${from}]${mirror.flip}[${to}m]`,
    `[${next}]${mirror.flip}[${to}n]`,
    `[${to}m][${to}n]xfade=transition=${mirror.kind}:${times},${mirror.flip}[${to}]`,
  ];
}
