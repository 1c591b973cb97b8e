import type { Rational } from '../../composition/frame-grid.js';
import { type Place, refuse } from './fields.js';

export const DEFAULT_FRAME_RATE = '30';
export const FRAME_RATE = /^([1-9]\d{0,5})(?:\/([1-9]\d{0,5}))?$/;
const FRAME_RATES = { min: 1, max: 120 };
/** Times in microseconds multiply it: up to 4 h they stay below 2^53. */
const MAX_NUMERATOR = 240_000;

/** Reads frames per second; empty: the default. */
export function parseFrameRate(text: string, place: Place): Rational {
  const rate = frameRateOf(text || DEFAULT_FRAME_RATE);
  const each = rate.num / rate.den;
  if (each >= FRAME_RATES.min && each <= FRAME_RATES.max && rate.num <= MAX_NUMERATOR) return rate;
  refuse(
    place,
    `must be ${FRAME_RATES.min} to ${FRAME_RATES.max}, as a number such as 25 or a fraction such as 30000/1001`,
  );
  return { num: 30, den: 1 };
}

/** The rate that a text says; 0: none. */
export function frameRateOf(text: string): Rational {
  const [, num = '0', den = '1'] = FRAME_RATE.exec(text) ?? [];
  return reduced(Number(num), Number(den));
}

function reduced(num: number, den: number): Rational {
  const divisor = gcd(num, den);
  return { num: num / divisor, den: den / divisor };
}

function gcd(a: number, b: number): number {
  return b === 0 ? Math.max(1, a) : gcd(b, a % b);
}
