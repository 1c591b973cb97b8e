import type { Duration } from '../../generated/google/protobuf/duration.js';

/** Microseconds as a duration. Lengths and positions are never negative here. */
export function printDuration(us: number): Duration {
  const whole = Math.round(us);
  return { seconds: BigInt(Math.floor(whole / 1_000_000)), nanos: (whole % 1_000_000) * 1000 };
}
