import { FROM_BT709, TO_BT709 } from '../color/convert.js';
import type { EffectClip } from './effect-definition.js';

/** Filters that `inRgb` and `premultiplied` use. */
export const RGB_FILTERS = ['format', 'premultiply', 'scale', 'unpremultiply'];

/**
 * Filters on RGB of full range. The way there and back is by BT.709: filters that need RGB and are left to find it by themselves go by BT.601. Ten bits, so that
 * several in a row do not add up their rounding; alpha is kept.
 */
export function inRgb(
  filters: readonly string[],
  { format, hasHoles }: Pick<EffectClip, 'format' | 'hasHoles'>,
): string[] {
  return [FROM_BT709, `format=${hasHoles ? 'gbrap10le' : 'gbrp10le'}`, ...filters, TO_BT709, `format=${format}`];
}

/** Filters that mix neighbouring pixels: with the colours multiplied by alpha where there is some, otherwise the hidden colours of transparent pixels would show. */
export function premultiplied(
  filters: readonly string[],
  { format, hasHoles }: Pick<EffectClip, 'format' | 'hasHoles'>,
): string[] {
  if (!hasHoles) return [...filters];
  return [
    FROM_BT709,
    'format=gbrap',
    'premultiply=inplace=1',
    ...filters,
    'unpremultiply=inplace=1',
    TO_BT709,
    `format=${format}`,
  ];
}
