import type { TransitionKind } from '../../../composition/composition.js';
import { FROM_BT709, TO_BT709 } from '../color/convert.js';
import { withAlpha, WITH_ALPHA_FILTERS } from '../color/with-alpha.js';
import { cross, CROSS_FILTERS, type CrossPlace } from '../cross.js';

/** Filters that `alphaTransition` uses. */
export const ALPHA_TRANSITION_FILTERS = [
  'alphaextract',
  'alphamerge',
  'format',
  'lut',
  'negate',
  'null',
  'overlay',
  'premultiply',
  'scale',
  'split',
  'unpremultiply',
  ...CROSS_FILTERS,
  ...WITH_ALPHA_FILTERS,
];

/** Kinds that know no alpha: through an opaque colour or greys, or with an opaque colour around. How each changes colours and alpha instead, each by itself. */
const WITHOUT_ALPHA: {
  readonly [Kind in TransitionKind]?: {
    readonly colors: TransitionKind;
    readonly alpha: TransitionKind;
    readonly inverted?: boolean;
    /** Default: RGB. */
    readonly mixedIn?: 'YUV';
  };
} = {
  fadeblack: { colors: 'fadeblack', alpha: 'fade' },
  // ffmpeg 5.1 makes the greys of RGB from memory that nothing was written to: each render has others.
  fadegrays: { colors: 'fadegrays', alpha: 'fade', mixedIn: 'YUV' },
  // White is the black of the inverted colours; white itself, multiplied by no alpha, would show in transparent parts.
  fadewhite: { colors: 'fadeblack', alpha: 'fade', inverted: true },
  // Black without alpha is nothing.
  circlecrop: { colors: 'circlecrop', alpha: 'circlecrop' },
  rectcrop: { colors: 'rectcrop', alpha: 'rectcrop' },
};

/** Chains of a transition between two sides with alpha, in RGB with colours multiplied by alpha. */
export function alphaTransition(kind: TransitionKind, place: CrossPlace): string[] {
  const split = WITHOUT_ALPHA[kind];
  if (!split) return cross(kind, place);
  const { from, next, to, times } = place;
  const negate = split.inverted ? ',negate' : '';
  // Colours are multiplied by alpha over black: frames that `premultiply` marked lose that with their alpha, in newer versions.
  const side = (pad: string, name: string) => [
    `[${pad}]unpremultiply=inplace=1${negate},split=3[${to}${name}c][${to}${name}d][${to}${name}e]`,
    `[${to}${name}c]format=gbrp,lut=c0=0:c1=0:c2=0[${to}${name}n]`,
    `[${to}${name}n][${to}${name}d]overlay=format=gbrp[${to}${name}o]`,
    `[${to}${name}e]alphaextract,format=gray[${to}${name}a]`,
  ];
  const [toMix, fromMix] = split.mixedIn === 'YUV' ? [`${TO_BT709},format=yuv444p`, `,${FROM_BT709}`] : ['null', ''];
  return [
    ...side(from, 'l'),
    ...side(next, 'r'),
    `[${to}lo]${toMix}[${to}lm]`,
    `[${to}ro]${toMix}[${to}rm]`,
    `[${to}lm][${to}rm]xfade=transition=${split.colors}:${times}${fromMix},format=gbrp[${to}c]`,
    `[${to}la][${to}ra]xfade=transition=${split.alpha}:${times}[${to}a]`,
    ...withAlpha(`${to}c`, `${to}a`, `${to}s`),
    `[${to}s]${split.inverted ? 'negate,' : ''}premultiply=inplace=1[${to}]`,
  ];
}
