import { readFileSync } from 'node:fs';

/**
 * The longest time for which the main thread was kept from its event loop while something went on, in milliseconds of its own CPU time: on a loaded machine
 * the clock on the wall would count the turns of others as well. Linux only, as is the engine's supervision.
 */
export async function longestBlockOf<T>(work: () => Promise<T>): Promise<{ result: T; longestMs: number }> {
  let [before, longestMs] = [threadCpuMs(), 0];
  const timer = setInterval(() => {
    const now = threadCpuMs();
    longestMs = Math.max(longestMs, now - before);
    before = now;
  }, 1);
  try {
    const result = await work();
    return { result, longestMs: Math.max(longestMs, threadCpuMs() - before) };
  } finally {
    clearInterval(timer);
  }
}

/** CPU time of the main thread, whose number is the process's. */
function threadCpuMs(): number {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
}
