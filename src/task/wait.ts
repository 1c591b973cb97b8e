/** Resolves after so long, or at once when the signal aborts; never rejects. Its listener and timer are gone afterwards. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** One waiter that others can wake. A wake while nobody waits is remembered, once. */
export interface Wakeable {
  wake(): void;
  /** Resolves with true when woken, with false after the timeout or when the signal aborts. */
  wait(options: { timeoutMs: number; signal: AbortSignal }): Promise<boolean>;
}

export function wakeable(): Wakeable {
  let pending = false;
  let resume: ((woken: boolean) => void) | null = null;
  return {
    wake() {
      if (resume) resume(true);
      else pending = true;
    },
    wait({ timeoutMs, signal }) {
      if (pending || signal.aborted) {
        const woken = pending;
        pending = false;
        return Promise.resolve(woken);
      }
      return new Promise((resolve) => {
        const settle = (woken: boolean) => {
          resume = null;
          clearTimeout(timer);
          signal.removeEventListener('abort', onAbort);
          resolve(woken);
        };
        const onAbort = () => {
          settle(false);
        };
        const timer = setTimeout(settle, timeoutMs, false);
        signal.addEventListener('abort', onAbort);
        resume = settle;
      });
    },
  };
}
