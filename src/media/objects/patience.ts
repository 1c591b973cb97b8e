import { setTimeout as sleep } from 'node:timers/promises';
import { bucketProblem } from '../s3/bucket-problem.js';

/** Longer than a server takes to start anew, or another to take its place. */
const PATIENCE_MS = 300_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

export interface Patience {
  readonly signal: AbortSignal;
  /** How long it is tried. Default: five minutes. */
  readonly patienceMs?: number;
}

/**
 * Repeats a call of a storage while its error may pass: the work that waits for it cost far more than the wait. A storage that refuses, and a fault of this
 * machine's disk, are not waited for.
 * @throws the last error; the reason of `signal`.
 */
export async function patiently<T>(call: () => Promise<T>, { signal, patienceMs = PATIENCE_MS }: Patience): Promise<T> {
  const endMs = performance.now() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      const waitMs = pauseMs * (0.5 + Math.random() / 2);
      if (!mayPass(error) || performance.now() + waitMs > endMs) throw error;
      await sleep(waitMs, undefined, { signal });
    }
  }
}

function mayPass(error: unknown): boolean {
  // An error of the file system names its call and its path; one of a socket has no path.
  if (error instanceof Error && 'syscall' in error && 'path' in error) return false;
  return bucketProblem(error).kind === 'FAILED';
}
