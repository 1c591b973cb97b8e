import { RenderError } from '../task/failure.js';
import { delay } from '../task/wait.js';

/** Repeats a download after an error that may pass, with these pauses. @throws the last error; the reason of `signal` as soon as it fires. */
export async function retrying<T>(
  backoffMs: readonly number[],
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      const pauseMs = backoffMs[tries];
      const mayPass = error instanceof RenderError && error.failure.reason === 'INPUT_FETCH_FAILED';
      if (!mayPass || pauseMs === undefined) throw error;
      await delay(pauseMs, signal);
      signal.throwIfAborted();
    }
  }
}
