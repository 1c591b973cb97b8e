import type { FadeCurve } from '../../../composition/fade-curve.js';

/** A curve of `afade`, and its gain as an expression of the share of the fade that has passed. */
interface CurveRow {
  readonly name: string;
  readonly gain: (share: string) => string;
}

/** The formulas are those of `fade_gain` in ffmpeg's `af_afade.c`. */
const CURVES: Readonly<Record<FadeCurve, CurveRow>> = {
  LINEAR: { name: 'tri', gain: (x) => x },
  EQUAL_POWER: { name: 'qsin', gain: (x) => `sin(${x}*PI/2)` },
  S_CURVE: { name: 'hsin', gain: (x) => `(1-cos(${x}*PI))/2` },
  EXPONENTIAL: { name: 'exp', gain: (x) => `exp(-11.512925464970227*(1-${x}))` },
  LOGARITHMIC: { name: 'log', gain: (x) => `clip(1+0.2*log(max(${x},1e-9))/log(10),0,1)` },
};

/** The option of `afade`; nothing for its default. */
export function curveOption(curve: FadeCurve = 'LINEAR'): string {
  return curve === 'LINEAR' ? '' : `:curve=${CURVES[curve].name}`;
}

/** The same gain as an expression. @param share from 0, silent, to 1. */
export function curveGain(share: string, curve: FadeCurve = 'LINEAR'): string {
  return CURVES[curve].gain(share);
}
