import { ServerError, Status } from 'nice-grpc';

/** The life of one call that has a deadline of its caller's own, or goes on after its answer has begun. */
export interface CallScope {
  /** Aborted when the caller has gone, time is up, or the scope was closed. When time is up, its reason is the ServerError to end with. */
  readonly signal: AbortSignal;
  /** The answer of a call, if it comes in time. @throws ServerError DEADLINE_EXCEEDED. */
  race<T>(answer: Promise<T>): Promise<T>;
  /** Ends what is still going on, and lets go of clock and caller. Idempotent. */
  close(): void;
}

export interface CallScopeOptions {
  /** Null: no deadline. */
  readonly timeoutMs: number | null;
  /** Aborted when the caller goes away. */
  readonly caller: AbortSignal;
}

/** Starts the clock. */
export function openCallScope({ timeoutMs, caller }: CallScopeOptions): CallScope {
  const controller = new AbortController();
  let refuse: (error: ServerError) => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  // Nobody may be waiting when it fires.
  late.catch(() => undefined);
  const expire = () => {
    // The words of gRPC clients in Go, and so of grpc-gateway.
    const error = new ServerError(Status.DEADLINE_EXCEEDED, 'context deadline exceeded');
    refuse(error);
    controller.abort(error);
  };
  const timer = timeoutMs === null ? undefined : setTimeout(expire, timeoutMs);
  const onGone = () => {
    controller.abort();
  };
  if (caller.aborted) onGone();
  else caller.addEventListener('abort', onGone);
  return {
    signal: controller.signal,
    race: (answer) => Promise.race([answer, late]),
    close: () => {
      clearTimeout(timer);
      caller.removeEventListener('abort', onGone);
      controller.abort();
    },
  };
}
