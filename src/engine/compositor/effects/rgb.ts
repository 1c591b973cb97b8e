import { TO_BT709 } from '../fit.js';
import type { EffectClip } from './effect-definition.js';

/** Filters that `inRgb` and `premultiplied` use. */
export const RGB_FILTERS = ['format', 'premultiply', 'scale', 'unpremultiply'];

/** Every pixel gets colours of its own, rounded to the nearest value. */
const SCALER = 'flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp';

/**
 * Filters on RGB of full range. The way there and back is by BT.709: filters that need RGB and are left to find it by themselves go by BT.601. Ten bits, so that
 * several in a row do not add up their rounding; alpha is kept.
 */
export function inRgb(
  filters: readonly string[],
  { format, hasHoles }: Pick<EffectClip, 'format' | 'hasHoles'>,
): string[] {
  return [
    `scale=in_color_matrix=bt709:in_range=tv:${SCALER}`,
    `format=${hasHoles ? 'gbrap10le' : 'gbrp10le'}`,
    ...filters,
    `${TO_BT709}:${SCALER}`,
    `format=${format}`,
  ];
}

/** Filters that mix neighbouring pixels: with the colours multiplied by alpha where there is some, otherwise the hidden colours of transparent pixels would show. */
export function premultiplied(
  filters: readonly string[],
  { format, hasHoles }: Pick<EffectClip, 'format' | 'hasHoles'>,
): string[] {
  if (!hasHoles) return [...filters];
  return [
    `scale=in_color_matrix=bt709:in_range=tv:${SCALER}`,
    'format=gbrap',
    'premultiply=inplace=1',
    ...filters,
    'unpremultiply=inplace=1',
    `${TO_BT709}:${SCALER}`,
    `format=${format}`,
  ];
}
