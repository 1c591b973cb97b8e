import { startThreadTime } from './thread-time.js';

/**
 * The longest time for which the main thread was kept from its event loop while something went on, in milliseconds of its CPU time, and the CPU time of the
 * whole process meanwhile. The share of one in the other does not depend on the machine.
 */
export async function longestBlockOf<T>(
  work: () => Promise<T>,
): Promise<{ result: T; longestMs: number; processMs: number }> {
  const main = startThreadTime();
  const cpu = process.cpuUsage();
  let [before, longestMs] = [0, 0];
  const timer = setInterval(() => {
    const { cpuMs } = main();
    longestMs = Math.max(longestMs, cpuMs - before);
    before = cpuMs;
  }, 1);
  try {
    const result = await work();
    const { user, system } = process.cpuUsage(cpu);
    return { result, longestMs: Math.max(longestMs, main().cpuMs - before), processMs: (user + system) / 1000 };
  } finally {
    clearInterval(timer);
  }
}
