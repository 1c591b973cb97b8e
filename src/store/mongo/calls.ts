import { setTimeout as sleep } from 'node:timers/promises';
import { storeUnavailable } from '../errors.js';
import { DeadlineError, isOutcomeUnknown } from './outcome.js';

/** Options for the driver's call: the first binds this side, the second the server. */
export interface CallOptions {
  readonly signal: AbortSignal;
  readonly maxTimeMS: number;
}

/**
 * One try of a call. With `isRepeat` an earlier try had no answer, so that its request may have been carried out, may be later, or never: the
 * step must be safe to repeat (a compare-and-set is), and must find out by a read whether it was done when the repetition is refused.
 */
export type Step<T> = (options: CallOptions, isRepeat: boolean) => Promise<T>;

/** How this process talks to MongoDB: with deadlines of its own, since `timeoutMS` does nothing in today's driver. */
export interface Calls {
  /** Repeats a step until it has an answer, for one deadline altogether. */
  ask<T>(step: Step<T>): Promise<T>;
  /** The same with a second deadline to settle the outcome of a lost answer. */
  change<T>(step: Step<T>): Promise<T>;
  /** From now on every call rejects. */
  close(): void;
}

/** Calls reject with STORE_UNAVAILABLE when time is up and after `close`; any error other than MongoDB's silence is thrown as it is. */
export function createCalls(deadlineMs: number): Calls {
  let closed = false;

  async function untilAnswered<T>(totalMs: number, step: Step<T>): Promise<T> {
    const endMs = performance.now() + totalMs;
    for (let failures = 0; ;) {
      if (closed) throw storeUnavailable(new Error('the store is closed'));
      try {
        return await withDeadline(Math.min(deadlineMs, endMs - performance.now()), (options) =>
          step(options, failures > 0),
        );
      } catch (error) {
        if (!isOutcomeUnknown(error)) throw error;
        failures += 1;
        const pauseMs = Math.min(400, 25 * 2 ** failures) * (0.5 + Math.random());
        if (performance.now() + pauseMs >= endMs) throw storeUnavailable(error);
        await sleep(pauseMs);
      }
    }
  }

  return {
    ask: (step) => untilAnswered(deadlineMs, step),
    change: (step) => untilAnswered(2 * deadlineMs, step),
    close: () => {
      closed = true;
    },
  };
}

/** Gives a call `deadlineMs`, and rejects then even if the driver does not. */
export async function withDeadline<T>(deadlineMs: number, call: (options: CallOptions) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const { signal } = controller;
  const timer = setTimeout(() => {
    controller.abort(new DeadlineError(deadlineMs));
  }, deadlineMs);
  const expired = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
  try {
    return await Promise.race([call({ signal, maxTimeMS: Math.max(1, Math.ceil(deadlineMs)) }), expired]);
  } finally {
    clearTimeout(timer);
  }
}
