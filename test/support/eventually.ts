import { underLoad } from './load.js';

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
    if (performance.now() - startMs > underLoad(limitMs)) throw new Error(`after ${limitMs} ms still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
