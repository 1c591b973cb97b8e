import { readFileSync } from 'node:fs';

/**
 * The times of the main thread, in milliseconds: on a loaded machine the clock on the wall counts the turns of others as well. Linux only, as is the engine's
 * supervision.
 */
export interface ThreadTime {
  /** CPU time. */
  readonly cpuMs: number;
  /** Monotonic time, without the time in which the thread was ready and waited for a core. */
  readonly ownMs: number;
}

/** Starts a watch; each call of the result returns the times since. */
export function startThreadTime(): () => ThreadTime {
  const start = now();
  return () => {
    const { cpuMs, ownMs } = now();
    return { cpuMs: cpuMs - start.cpuMs, ownMs: ownMs - start.ownMs };
  };
}

function now(): ThreadTime {
  const wallMs = performance.now();
  // The number of the main thread is the process's.
  const [cpuNs, waitedNs] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ').map(Number);
  return { cpuMs: (cpuNs ?? 0) / 1e6, ownMs: wallMs - (waitedNs ?? 0) / 1e6 };
}
