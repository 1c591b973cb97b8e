import { FROM_BT709, TO_BT709 } from '../color/convert.js';
import { withAlpha, WITH_ALPHA_FILTERS } from '../color/with-alpha.js';
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
  'null',
  'nullsink',
  'overlay',
  'scale',
  'setpts',
  'settb',
  'split',
  'trim',
  ...WITH_ALPHA_FILTERS,
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
  /** Pads: the frames so far, in 4:4:4, with alpha or without; what is mixed in, from its own first frame on; the result. */
  readonly below: string;
  readonly above: string;
  readonly to: string;
  readonly alpha: boolean;
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
  const { below, above, to, alpha, mode, area, from, startFrame, frames, total, rate } = place;
  const end = startFrame + frames;
  const numbered = `settb=${rate.den}/${rate.num},setpts=N`;
  const spans = [
    ...(startFrame > 0 ? [{ pad: `${to}e`, cut: `trim=end_frame=${startFrame}` }] : []),
    { pad: `${to}d`, cut: `trim=start_frame=${startFrame}:end_frame=${end}` },
    ...(end < total ? [{ pad: `${to}l`, cut: `trim=start_frame=${end}` }] : []),
  ];
  const size = `${area.width}:${area.height}`;
  const format = alpha ? 'yuva444p' : 'yuv444p';
  const mixed = spans.length > 1 ? `${to}m` : to;
  const joined = spans.map(({ pad }) => (pad === `${to}d` ? `[${to}m]` : `[${pad}]`)).join('');
  return [
    ...(spans.length > 1
      ? [
          `[${below}]format=${format},split=${spans.length}${spans.map(({ pad }) => `[${pad}0]`).join('')}`,
          ...spans.map(({ pad, cut }) => `[${pad}0]${cut},${numbered}[${pad}]`),
        ]
      : [`[${below}]format=${format},${numbered}[${to}d]`]),
    `[${to}d]split[${to}g][${to}h]`,
    `[${to}h]crop=${size}:${area.left}:${area.top}[${to}x]`,
    `[${above}]format=yuva444p,crop=${size}:${from.left}:${from.top},${numbered}[${to}y]`,
    ...(alpha ? mixedWithAlpha(mode, to) : mixedOnOpaque(mode, to)),
    // A sum over frames with alpha is the whole frame, and takes its place.
    ...(alpha && mode === 'ADD'
      ? [`[${to}g]nullsink`, `[${to}p]null[${mixed}]`]
      : [`[${to}g][${to}p]overlay=x=${area.left}:y=${area.top}:format=yuv444[${mixed}]`]),
    ...(spans.length > 1 ? [`${joined}concat=n=${spans.length}:v=1:a=0,${numbered}[${to}]`] : []),
  ];
}

/** From what is below, at `x`, and above, at `y`, to what is laid over what is below, at `p`. */
function mixedOnOpaque(mode: BlendPlace['mode'], to: string): string[] {
  // What is added is colour times alpha, and where the sum is too bright alpha makes no difference.
  const isSum = mode === 'ADD';
  return [
    `[${to}x]${FROM_BT709},format=gbrp[${to}u]`,
    `[${to}y]split[${to}c][${to}a]`,
    ...(isSum ? overBlack(`${to}c`, `${to}o`) : [`[${to}c]${FROM_BT709},format=gbrp[${to}o]`]),
    `[${to}a]alphaextract,format=gray${isSum ? `,lut=y='if(val,255,0)'` : ''}[${to}k]`,
    `${mixOf(mode, to)},${TO_BT709},format=yuva444p[${to}b]`,
    `[${to}b][${to}k]alphamerge[${to}p]`,
  ];
}

/** The same over frames with alpha: what is above keeps its own colours as far as nothing is below (CSS compositing, section 5). */
function mixedWithAlpha(mode: BlendPlace['mode'], to: string): string[] {
  const start = [
    `[${to}x]split[${to}v][${to}w]`,
    `[${to}y]split[${to}c][${to}a]`,
    `[${to}w]alphaextract,format=gray[${to}z]`,
    `[${to}a]alphaextract,format=gray[${to}k]`,
  ];
  if (mode === 'ADD')
    return [
      ...start,
      ...overBlack(`${to}v`, `${to}u`),
      ...overBlack(`${to}c`, `${to}o`),
      `${mixOf(mode, to)},format=gbrp[${to}b]`,
      `[${to}z][${to}k]blend=all_mode=addition[${to}q]`,
      ...withAlpha(`${to}b`, `${to}q`, `${to}r`),
      `[${to}r]${TO_BT709},format=yuva444p[${to}p]`,
    ];
  return [
    ...start,
    `[${to}v]${FROM_BT709},format=gbrp[${to}u]`,
    `[${to}c]${FROM_BT709},format=gbrp,split[${to}o][${to}r]`,
    `${mixOf(mode, to)},format=gbrap[${to}b]`,
    `[${to}b][${to}z]alphamerge[${to}q]`,
    `[${to}r][${to}q]overlay=format=gbrp,${TO_BT709},format=yuva444p[${to}s]`,
    `[${to}s][${to}k]alphamerge[${to}p]`,
  ];
}

/** Mixes `u`, which is below, with `o`. */
function mixOf(mode: BlendPlace['mode'], to: string): string {
  const { name, first } = MODES[mode];
  const pair = first === 'below' ? `[${to}u][${to}o]` : `[${to}o][${to}u]`;
  return `${pair}blend=all_mode=${name}`;
}

/** Colours multiplied by alpha: laid over black. `premultiply` marks its frames in newer versions, and other filters undo it where alpha is dropped. */
function overBlack(from: string, to: string): string[] {
  return [
    `[${from}]${FROM_BT709},format=gbrap,split[${to}i][${to}j]`,
    `[${to}i]format=gbrp,lut=c0=0:c1=0:c2=0[${to}n]`,
    `[${to}n][${to}j]overlay=format=gbrp[${to}]`,
  ];
}
