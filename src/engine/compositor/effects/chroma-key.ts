import { FROM_BT709, TO_BT709 } from '../color/convert.js';
import type { Color } from '../../../composition/color.js';
import { bt709Bytes } from '../color/bt709.js';
import type { EffectDefinition } from './effect-definition.js';

/**
 * By the distance of chroma, whatever the light: to `similarity` of its largest it is transparent, `blend` further opaque. The colour is handed over as YCbCr of
 * BT.709; the filter would convert it by BT.601. It sets alpha anew, so that holes which are there already are multiplied in.
 */
export const chromaKey: EffectDefinition<'CHROMA_KEY'> = {
  filters: ['alphaextract', 'alphamerge', 'blend', 'chromakey', 'despill', 'format', 'scale', 'split'],
  render({ color, similarity, blend, despill }, { name, hasHoles }) {
    const key = `chromakey=color=0x${bt709Bytes(color).map(hex).join('')}:similarity=${similarity.toFixed(5)}:blend=${blend.toFixed(5)}:yuv=1`;
    const clean = despill ? despillFilters(color) : [];
    if (!hasHoles) return ['format=yuva444p', key, ...clean];
    return [
      `format=yuva444p,split[${name}c][${name}d];[${name}d]alphaextract,format=gray[${name}a];[${name}c]${key}`,
      `split[${name}e][${name}f];[${name}f]alphaextract,format=gray[${name}b];` +
        `[${name}a][${name}b]blend=all_mode=multiply[${name}m];[${name}e][${name}m]alphamerge`,
      ...clean,
    ];
  },
};

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** Takes out light of a green or blue screen; other colours have none to take. */
function despillFilters({ r, g, b }: Color): string[] {
  if (Math.max(r, g, b) === r) return [];
  const isGreen = g >= b;
  const scales = isGreen ? 'type=green:green=-1:blue=0' : 'type=blue:green=0:blue=-1';
  return [FROM_BT709, 'format=rgba', `despill=${scales}`, TO_BT709, 'format=yuva444p'];
}
