import { availableParallelism, loadavg } from 'node:os';

/** A time limit for work of several processes, in milliseconds: `quietMs` where each has a core, and as many times that as processes share one. */
export function underLoad(quietMs: number): number {
  return quietMs * Math.max(1, (2 * (loadavg()[0] ?? 0)) / availableParallelism());
}
