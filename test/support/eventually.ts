import { setTimeout as sleep } from 'node:timers/promises';
import { underLoad } from './load.js';

/** Between two looks: the longer it was waited for, the rarer it is looked at, which costs what is looked at. */
const LEAST_PAUSE_MS = 5;
const MOST_PAUSE_MS = 50;
const PAUSE_OF_WAIT = 1 / 50;

/** Waits until a condition holds, looking every few milliseconds; fails with `what` after the limit, which is longer on a loaded machine. */
export async function eventually<T>(
  what: string,
  condition: () => T | Promise<T>,
  limitMs = 10_000,
): Promise<NonNullable<T>> {
  const startMs = performance.now();
  for (;;) {
    const value = await condition();
    if (value) return value;
    const waitedMs = performance.now() - startMs;
    if (waitedMs > underLoad(limitMs)) throw new Error(`after ${limitMs} ms still not: ${what}`);
    await sleep(Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, waitedMs * PAUSE_OF_WAIT)));
  }
}
