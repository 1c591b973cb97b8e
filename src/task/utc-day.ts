export const DAY_MS = 86_400_000;

/** The UTC day of a time: days since 1970-01-01. */
export function utcDayOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS);
}

/** More than 0. */
export function msUntilNextDay(nowMs: number): number {
  return (utcDayOf(nowMs) + 1) * DAY_MS - nowMs;
}
