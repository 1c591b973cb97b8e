import type { TransitionKind } from '../../../composition/composition.js';

/** Filters that `alphaTransition` uses. */
export const ALPHA_TRANSITION_FILTERS = [
  'alphaextract',
  'alphamerge',
  'format',
  'lut',
  'negate',
  'overlay',
  'premultiply',
  'split',
  'unpremultiply',
  'xfade',
];

/** Kinds that know no alpha: through an opaque colour or greys, or with an opaque colour around. How each changes colours and alpha instead, each by itself. */
const WITHOUT_ALPHA: {
  readonly [Kind in TransitionKind]?: {
    readonly colors: TransitionKind;
    readonly alpha: TransitionKind;
    readonly inverted?: boolean;
  };
} = {
  fadeblack: { colors: 'fadeblack', alpha: 'fade' },
  fadegrays: { colors: 'fadegrays', alpha: 'fade' },
  // White is the black of the inverted colours; white itself, multiplied by no alpha, would show in transparent parts.
  fadewhite: { colors: 'fadeblack', alpha: 'fade', inverted: true },
  // Black without alpha is nothing.
  circlecrop: { colors: 'circlecrop', alpha: 'circlecrop' },
  rectcrop: { colors: 'rectcrop', alpha: 'rectcrop' },
};

interface TransitionPlace {
  /** Pads: both sides in RGB with colours multiplied by alpha, and the result. */
  readonly from: string;
  readonly next: string;
  readonly to: string;
  /** `duration` and `offset` of `xfade`. */
  readonly times: string;
}

/** Chains of a transition between two sides with alpha. */
export function alphaTransition(kind: TransitionKind, { from, next, to, times }: TransitionPlace): string[] {
  const split = WITHOUT_ALPHA[kind];
  if (!split) return [`[${from}][${next}]xfade=transition=${kind}:${times}[${to}]`];
  const negate = split.inverted ? ',negate' : '';
  // Colours are multiplied by alpha over black: frames that `premultiply` marked lose that with their alpha, in newer versions.
  const side = (pad: string, name: string) => [
    `[${pad}]unpremultiply=inplace=1${negate},split=3[${to}${name}c][${to}${name}d][${to}${name}e]`,
    `[${to}${name}c]format=gbrp,lut=c0=0:c1=0:c2=0[${to}${name}n]`,
    `[${to}${name}n][${to}${name}d]overlay=format=gbrp[${to}${name}o]`,
    `[${to}${name}e]alphaextract,format=gray[${to}${name}a]`,
  ];
  const again = split.inverted ? ',unpremultiply=inplace=1,negate,premultiply=inplace=1' : '';
  return [
    ...side(from, 'l'),
    ...side(next, 'r'),
    `[${to}lo][${to}ro]xfade=transition=${split.colors}:${times},format=gbrap[${to}c]`,
    `[${to}la][${to}ra]xfade=transition=${split.alpha}:${times}[${to}a]`,
    `[${to}c][${to}a]alphamerge${again}[${to}]`,
  ];
}
