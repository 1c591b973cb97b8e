/** A signal that follows others for as long as some work lasts. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Whether the timeout aborted the signal, rather than a parent or a call. */
  hasTimedOut(): boolean;
  /** Aborts the signal, not those it follows. Only the first call has an effect. */
  abort(reason?: unknown): void;
  /** Starts the clock of the timeout anew, if there is one and it has not run out. */
  restart(): void;
  /** Stops the clock and takes the listeners away. Idempotent; belongs in a `finally`. */
  release(): void;
}

export interface LinkOptions {
  /** Aborts after so long, and soon when it is negative. Default, and null: never. */
  readonly timeoutMs?: number | null;
  /** The reason of that abort. Default: the platform's. */
  readonly timeoutReason?: () => unknown;
}

/** Those who listen to a signal, by signal. */
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once the signal aborts, if it has not before. All who listen share one listener of the signal: the platform looks through all of
 * a signal's listeners to add one, so that thousands of streams that follow one signal would cost the square of their number.
 * @returns takes the listener away.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  // So that the same function may be given twice.
  const listener = () => {
    callback();
  };
  const known = listeners.get(signal);
  const all = known ?? new Set();
  all.add(listener);
  if (!known) {
    listeners.set(signal, all);
    signal.addEventListener('abort', callAll);
  }
  return () => {
    if (!all.delete(listener) || all.size > 0) return;
    listeners.delete(signal);
    signal.removeEventListener('abort', callAll);
  };
}

/** @throws the reason of `signal` as soon as it fires; the work goes on. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let leave: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    leave = onAbort(signal, () => {
      reject(signal.reason as Error);
    });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    leave();
  }
}

function callAll({ target }: Event): void {
  for (const listener of listeners.get(target as AbortSignal) ?? []) listener();
}

/**
 * Makes a signal that aborts as soon as one of `parents` does, with its reason, and at once when one has aborted already. Not
 * `AbortSignal.any`: on Node 20 that leaks with a parent that outlives the work.
 */
export function linkSignals(parents: readonly AbortSignal[], options: LinkOptions = {}): LinkedSignal {
  const { timeoutMs = null, timeoutReason = () => undefined } = options;
  const controller = new AbortController();
  const unfollow = parents.map((parent) =>
    onAbort(parent, () => {
      controller.abort(parent.reason);
    }),
  );
  const aborted = parents.find((parent) => parent.aborted);
  if (aborted) controller.abort(aborted.reason);
  let timedOut = false;
  const onTimeout = (): void => {
    if (controller.signal.aborted) return;
    timedOut = true;
    controller.abort(timeoutReason());
  };
  const timer = timeoutMs === null ? null : setTimeout(onTimeout, Math.max(0, timeoutMs));
  return {
    signal: controller.signal,
    hasTimedOut: () => timedOut,
    abort: (reason) => {
      controller.abort(reason);
    },
    restart: () => {
      if (!controller.signal.aborted) timer?.refresh();
    },
    release() {
      if (timer) clearTimeout(timer);
      for (const leave of unfollow) leave();
    },
  };
}
