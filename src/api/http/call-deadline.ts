import { ServerError, Status } from 'nice-grpc';

/** A caller's own deadline for one call. */
export interface CallDeadline {
  /** Aborted when the caller has gone, or time is up. */
  readonly signal: AbortSignal;
  /** The answer of a call, if it comes in time. @throws ServerError DEADLINE_EXCEEDED. */
  race<T>(answer: Promise<T>): Promise<T>;
  /** Whether time is up. */
  readonly hasPassed: () => boolean;
  readonly clear: () => void;
}

/** Starts the clock. @param outer aborted when the caller goes away. */
export function startCallDeadline(timeoutMs: number, outer: AbortSignal): CallDeadline {
  const controller = new AbortController();
  let passed = false;
  let reject: (error: ServerError) => void = () => undefined;
  const late = new Promise<never>((_, rejectLate) => {
    reject = rejectLate;
  });
  // Nobody may be waiting when it fires.
  late.catch(() => undefined);
  const timer = setTimeout(() => {
    passed = true;
    reject(new ServerError(Status.DEADLINE_EXCEEDED, 'the deadline of the call has passed'));
    controller.abort();
  }, timeoutMs);
  const onGone = () => {
    controller.abort();
  };
  if (outer.aborted) onGone();
  else outer.addEventListener('abort', onGone);
  return {
    signal: controller.signal,
    race: (answer) => Promise.race([answer, late]),
    hasPassed: () => passed,
    clear: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', onGone);
    },
  };
}
