import { FROM_BT709, TO_BT709 } from '../color/convert.js';
import type { BlendMode } from '../../../composition/composition.js';
import type { Rational } from '../../../composition/frame-grid.js';

/** Filters that `blended` uses. */
export const BLEND_FILTERS = [
  'alphaextract',
  'alphamerge',
  'blend',
  'concat',
  'crop',
  'format',
  'lut',
  'overlay',
  'scale',
  'setpts',
  'settb',
  'split',
  'trim',
];

/** ffmpeg's names of the modes, and which of the two pictures each takes first. */
const MODES: {
  readonly [Mode in Exclude<BlendMode, 'NORMAL'>]: { readonly name: string; readonly first: 'below' | 'above' };
} = {
  MULTIPLY: { name: 'multiply', first: 'below' },
  SCREEN: { name: 'screen', first: 'below' },
  OVERLAY: { name: 'overlay', first: 'below' },
  DARKEN: { name: 'darken', first: 'below' },
  LIGHTEN: { name: 'lighten', first: 'below' },
  COLOR_DODGE: { name: 'dodge', first: 'above' },
  COLOR_BURN: { name: 'burn', first: 'above' },
  HARD_LIGHT: { name: 'hardlight', first: 'below' },
  SOFT_LIGHT: { name: 'softlight', first: 'below' },
  DIFFERENCE: { name: 'difference', first: 'below' },
  EXCLUSION: { name: 'exclusion', first: 'below' },
  ADD: { name: 'addition', first: 'below' },
};

/** A rectangle in the frame. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface BlendPlace {
  /** Pads: the frames so far, in 4:4:4; what is mixed in, from its own first frame on; the result. */
  readonly below: string;
  readonly above: string;
  readonly to: string;
  readonly mode: Exclude<BlendMode, 'NORMAL'>;
  /** What of the frame is mixed, and the left upper corner of that in the picture above. */
  readonly area: Area;
  readonly from: { readonly left: number; readonly top: number };
  /** When, in a section of `total` frames. */
  readonly startFrame: number;
  readonly frames: number;
  readonly total: number;
  readonly rate: Rational;
}

/**
 * Chains that mix a picture with the frames below by a blend mode, in RGB: in YCbCr every mode means something else. The frames before and after are
 * led around, so that they stay as they are and nothing waits for the picture's first one.
 */
export function blended(place: BlendPlace): string[] {
  const { below, above, to, mode, area, from, startFrame, frames, total, rate } = place;
  const end = startFrame + frames;
  const numbered = `settb=${rate.den}/${rate.num},setpts=N`;
  const spans = [
    ...(startFrame > 0 ? [{ pad: `${to}e`, cut: `trim=end_frame=${startFrame}` }] : []),
    { pad: `${to}d`, cut: `trim=start_frame=${startFrame}:end_frame=${end}` },
    ...(end < total ? [{ pad: `${to}l`, cut: `trim=start_frame=${end}` }] : []),
  ];
  const size = `${area.width}:${area.height}`;
  const { name, first } = MODES[mode];
  const pair = first === 'below' ? `[${to}u][${to}o]` : `[${to}o][${to}u]`;
  // What is added is colour times alpha, and where the sum is too bright alpha makes no difference.
  const isSum = mode === 'ADD';
  const joined = spans.map(({ pad }) => (pad === `${to}d` ? `[${to}m]` : `[${pad}]`)).join('');
  return [
    ...(spans.length > 1
      ? [
          `[${below}]format=yuv444p,split=${spans.length}${spans.map(({ pad }) => `[${pad}0]`).join('')}`,
          ...spans.map(({ pad, cut }) => `[${pad}0]${cut},${numbered}[${pad}]`),
        ]
      : [`[${below}]format=yuv444p,${numbered}[${to}d]`]),
    `[${to}d]split[${to}g][${to}h]`,
    `[${to}h]crop=${size}:${area.left}:${area.top},${FROM_BT709},format=gbrp[${to}u]`,
    `[${above}]format=yuva444p,crop=${size}:${from.left}:${from.top},${numbered},split[${to}c][${to}a]`,
    ...(isSum ? overBlack(to) : [`[${to}c]${FROM_BT709},format=gbrp[${to}o]`]),
    `[${to}a]alphaextract,format=gray${isSum ? `,lut=y='if(val,255,0)'` : ''}[${to}k]`,
    `${pair}blend=all_mode=${name},${TO_BT709},format=yuva444p[${to}b]`,
    `[${to}b][${to}k]alphamerge[${to}p]`,
    `[${to}g][${to}p]overlay=x=${area.left}:y=${area.top}:format=yuv444[${spans.length > 1 ? `${to}m` : to}]`,
    ...(spans.length > 1 ? [`${joined}concat=n=${spans.length}:v=1:a=0,${numbered}[${to}]`] : []),
  ];
}

/** Colours multiplied by alpha: laid over black. `premultiply` marks its frames in newer versions, and other filters undo it where alpha is dropped. */
function overBlack(to: string): string[] {
  return [
    `[${to}c]${FROM_BT709},format=gbrap,split[${to}i][${to}j]`,
    `[${to}i]format=gbrp,lut=c0=0:c1=0:c2=0[${to}n]`,
    `[${to}n][${to}j]overlay=format=gbrp[${to}o]`,
  ];
}
