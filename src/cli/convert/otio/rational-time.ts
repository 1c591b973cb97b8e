import type { Source } from '../reader.js';
import { type Fraction, fraction, fractionOf, multiply } from './fraction.js';

/** A range of a clip, in seconds. */
export interface Range {
  readonly start: Fraction;
  readonly duration: Fraction;
}

/** Beyond these a number is a mistake. */
const VALUE = { min: -1e12, max: 1e12 };
const RATE = { min: 1e-3, max: 1e6 };

const NTSC = [24, 30, 48, 60, 120];

/** A RationalTime: `value / rate` seconds, exactly. Undefined, with a warning where it is not one. */
export function rationalTimeIn(source: Source, key: string): Fraction | undefined {
  const time = source.object(key);
  if (!time) return undefined;
  time.ignore('OTIO_SCHEMA');
  const value = time.number('value', VALUE) ?? 0;
  const rate = time.number('rate', RATE);
  if (rate === undefined) {
    time.leaveOut('has no rate; it is left out');
    return undefined;
  }
  const perSecond = rateOf(rate);
  return multiply(fractionOf(value), { n: perSecond.d, d: perSecond.n });
}

/** 23.976 and its like stand for 24000/1001. */
function rateOf(rate: number): Fraction {
  const ntsc = NTSC.find((whole) => Math.abs(rate - (whole * 1000) / 1001) < 0.006);
  return ntsc === undefined ? fractionOf(rate) : fraction(BigInt(ntsc * 1000), 1001n);
}

/** A TimeRange. Undefined when it is not there, or has no duration. */
export function rangeIn(source: Source, key: string): Range | undefined {
  const range = source.object(key);
  if (!range) return undefined;
  range.ignore('OTIO_SCHEMA');
  const start = rationalTimeIn(range, 'start_time') ?? { n: 0n, d: 1n };
  const duration = rationalTimeIn(range, 'duration');
  if (!duration || duration.n < 0n) {
    range.leaveOut('has no duration; it is left out');
    return undefined;
  }
  return { start, duration };
}

/** The frame rate of a range, where it is one that videos have. */
export function frameRateIn(source: Source, key: string): number | undefined {
  const rate = source.object(key)?.object('duration')?.number('rate');
  return rate !== undefined && rate >= 1 && rate <= 120 ? rate : undefined;
}
