import type { AssetRef } from '../../../composition/asset.js';
import { imageSource } from '../assets/image.js';
import type { Stage } from '../stage.js';

/** Filters that `maskedChains` uses. */
export const MASK_FILTERS = ['alphaextract', 'alphamerge', 'blend', 'format', 'scale', 'split'];

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
  return [
    picture,
    `[${from}]format=yuva444p,split[${to}c][${to}d]`,
    `[${to}d]alphaextract,format=gray[${to}a]`,
    `[${to}a][${to}k]blend=all_mode=multiply[${to}m]`,
    `[${to}c][${to}m]alphamerge[${to}]`,
  ];
}
