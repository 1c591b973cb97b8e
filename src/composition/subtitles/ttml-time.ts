/** How a TTML document counts its times. */
export interface TtmlClock {
  /** Frames per second, `ttp:frameRate` with its multiplier. */
  readonly frameRate: number;
  /** Ticks per second, `ttp:tickRate`. */
  readonly tickRate: number;
}

const CLOCK_TIME = /^(\d{2,3}):(\d{2}):(\d{2})(?:\.(\d{1,9})|:(\d{1,3})(?:\.\d+)?)?$/;
const OFFSET_TIME = /^(\d{1,12}(?:\.\d{1,9})?)(h|m|s|ms|f|t)$/;
const SECONDS = { h: 3600, m: 60, s: 1, ms: 0.001 } as const;

/** The clock by the attributes of the root element (TTML2, 6.2). */
export function ttmlClock(attributes: ReadonlyMap<string, string>): TtmlClock {
  const given = Number(attributes.get('frameRate') ?? NaN);
  const [numerator, denominator] = (attributes.get('frameRateMultiplier') ?? '1 1')
    .trim()
    .split(/[\s:]+/)
    .map(Number);
  const multiplier = numerator && denominator ? numerator / denominator : 1;
  const frameRate = (given > 0 ? given : 30) * multiplier;
  const ticks = Number(attributes.get('tickRate') ?? NaN);
  return { frameRate, tickRate: ticks > 0 ? ticks : given > 0 ? frameRate : 1 };
}

/** A time expression in microseconds (TTML2, 12.3.1); null when it is none. */
export function ttmlTimeUs(text: string, { frameRate, tickRate }: TtmlClock): number | null {
  const clock = CLOCK_TIME.exec(text.trim());
  if (clock) {
    const [, hours, minutes, seconds, fraction, frames] = clock;
    const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return Math.round((whole + Number(`0.${fraction ?? '0'}`) + Number(frames ?? 0) / frameRate) * 1e6);
  }
  const [, count, unit] = OFFSET_TIME.exec(text.trim()) ?? [];
  switch (unit) {
    case undefined:
      return null;
    case 'f':
      return Math.round((Number(count) / frameRate) * 1e6);
    case 't':
      return Math.round((Number(count) / tickRate) * 1e6);
    default:
      return Math.round(Number(count) * SECONDS[unit as keyof typeof SECONDS] * 1e6);
  }
}
