import { ServerError, Status } from 'nice-grpc';
import { linkSignals } from '../../../task/abort.js';

/** The life of one call that has a deadline of its caller's own, or goes on after its answer has begun. */
export interface CallScope {
  /** Aborted when the caller has gone, the deadline has passed, or the scope was closed. After the deadline its reason is the ServerError to end with. */
  readonly signal: AbortSignal;
  /** The answer of a call, if it comes in time. @throws ServerError DEADLINE_EXCEEDED. */
  race<T>(answer: Promise<T>): Promise<T>;
  /** Ends the work that is still under way, and stops the clock. Idempotent. */
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
  let refuse: (error: ServerError) => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  // Nobody may be waiting when it fires.
  late.catch(() => undefined);
  const link = linkSignals([caller], {
    timeoutMs,
    timeoutReason: () => {
      // The words of gRPC clients in Go, and so of grpc-gateway.
      const error = new ServerError(Status.DEADLINE_EXCEEDED, 'context deadline exceeded');
      refuse(error);
      return error;
    },
  });
  return {
    signal: link.signal,
    race: (answer) => Promise.race([answer, late]),
    close: () => {
      link.release();
      link.abort();
    },
  };
}
