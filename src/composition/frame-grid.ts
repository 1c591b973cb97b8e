/** A positive fraction. */
export interface Rational {
  readonly num: number;
  readonly den: number;
}

const US_PER_SECOND = 1_000_000;

/**
 * The frame that is nearest to a time; halves go up. Exact in integers up to 24 h at 60,000/1001, since the product
 * stays below 2^53.
 */
export function framesOf(durationUs: number, rate: Rational): number {
  return Math.round((durationUs * rate.num) / (rate.den * US_PER_SECOND));
}

/**
 * How many whole frames fit into a time. A frame that lacks less than a tenth counts as there: containers round the
 * length of their last frame down to their own clock (1/1000 s in Matroska).
 */
export function wholeFramesIn(durationUs: number, rate: Rational): number {
  return Math.floor((durationUs * rate.num) / (rate.den * US_PER_SECOND) + 0.1);
}

/** The time at which a frame begins, to the nearest microsecond. */
export function timeUsOf(frame: number, rate: Rational): number {
  return Math.round((frame * rate.den * US_PER_SECOND) / rate.num);
}

/** The sample nearest to the time at which a frame begins. */
export function sampleOf(frame: number, rate: Rational, sampleRate: number): number {
  return Math.round((frame * rate.den * sampleRate) / rate.num);
}
