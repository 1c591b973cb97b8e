import { RateLimiterMemory, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { SubmitRate } from '../task/limits.js';
import type { SubmitRates } from '../task/ports/submit-rates.js';

/** The points of a limiter of this library and their window in seconds. */
export interface Window {
  readonly points: number;
  readonly duration: number;
}

/** Limiters by their windows: one for each rate that some tenant has, kept as long as the process, as the rates of a file are few. */
export function limitersBy<T extends RateLimiterAbstract>(make: (window: Window) => T): (rate: SubmitRate) => T {
  const made = new Map<string, T>();
  return ({ perSecond, burst }) => {
    const key = `${burst}/${perSecond}`;
    const limiter = made.get(key) ?? make({ points: burst, duration: burst / perSecond });
    made.set(key, limiter);
    return limiter;
  };
}

/** Takes a point of a tenant. @returns null, or after how many milliseconds there is one again. */
export async function takePoint(limiter: RateLimiterAbstract, tenant: string): Promise<number | null> {
  try {
    await limiter.consume(tenant);
    return null;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal.msBeforeNext;
    throw refusal;
  }
}

/** For stores that no other process has open. */
export function submitRatesInMemory(): SubmitRates {
  const limiterOf = limitersBy((window) => new RateLimiterMemory(window));
  return { takeSubmit: (tenant, rate) => takePoint(limiterOf(rate), tenant) };
}
