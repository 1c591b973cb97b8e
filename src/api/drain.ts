import { setMaxListeners } from 'node:events';

/** The one switch that turns a server from serving to leaving. It cannot be turned back. */
export interface Drain {
  /** Aborted once draining: calls are refused, streams end with UNAVAILABLE, health says NOT_SERVING. */
  readonly signal: AbortSignal;
  /** Idempotent. */
  readonly begin: () => void;
}

export function createDrain(): Drain {
  const controller = new AbortController();
  // Every open stream listens, and takes its listener away at its end: many are no leak.
  setMaxListeners(0, controller.signal);
  return {
    signal: controller.signal,
    begin: () => {
      controller.abort();
    },
  };
}
