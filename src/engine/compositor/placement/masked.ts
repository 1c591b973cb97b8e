import type { AssetRef } from '../../../composition/asset.js';
import type { Matte } from '../../../composition/composition.js';
import type { OpenedClip } from '../assets/asset-definition.js';
import { imageSource } from '../assets/image.js';
import type { Stage } from '../stage.js';

/** Filters that `maskedChains` and `mattedChains` use. */
export const MASK_FILTERS = [
  ...['alphaextract', 'alphamerge', 'blend', 'extractplanes', 'format', 'lut', 'negate', 'scale', 'split'],
];

interface MaskPlace {
  /** Pads. */
  readonly from: string;
  readonly to: string;
  /** Whether the clip is wholly opaque so far. */
  readonly isOpaque: boolean;
}

/** Chains that show the clip at pad `from` only where a grey picture is white. The picture's one frame holds for all of the clip's. */
export function maskedChains(mask: AssetRef, { from, to, isOpaque }: MaskPlace, stage: Stage): string[] {
  const { width, height } = stage.canvas;
  const picture = `${imageSource(mask, stage)},scale=${width}:${height}:in_range=pc:out_range=pc,format=gray[${to}k]`;
  if (isOpaque) return [picture, `[${from}]format=yuva444p[${to}c]`, `[${to}c][${to}k]alphamerge[${to}]`];
  return [picture, ...multipliedAlpha(from, to)];
}

/** Chains that show the clip at pad `from` as far as a video of its size is bright or opaque, frame by frame. */
export function mattedChains({ kind, inverted }: Matte, matte: OpenedClip, from: string, to: string): string[] {
  const negate = inverted ? ',negate' : '';
  const { pad, chains } = matte;
  if (kind === 'ALPHA')
    return [...chains, `[${pad}]alphaextract,format=gray${negate}[${to}k]`, ...multipliedAlpha(from, to)];
  return [
    ...chains,
    `[${pad}]split[${to}x][${to}y]`,
    // The 219 steps from black to white.
    `[${to}x]extractplanes=y,lut=y='clip((val-16)*255/219,0,255)'[${to}l]`,
    `[${to}y]alphaextract,format=gray[${to}o]`,
    `[${to}l][${to}o]blend=all_mode=multiply${negate}[${to}k]`,
    ...multipliedAlpha(from, to),
  ];
}

/** Multiplies alpha with the grey picture at pad `k`. */
function multipliedAlpha(from: string, to: string): string[] {
  return [
    `[${from}]format=yuva444p,split[${to}c][${to}d]`,
    `[${to}d]alphaextract,format=gray[${to}a]`,
    `[${to}a][${to}k]blend=all_mode=multiply[${to}m]`,
    `[${to}c][${to}m]alphamerge[${to}]`,
  ];
}
