/** A time limit on part of a larger work. */
export interface Deadline {
  /** Aborted when the limit has passed, or the larger work was aborted. */
  readonly signal: AbortSignal;
  /** Whether it was the limit. */
  readonly hasPassed: () => boolean;
  /** Aborts `signal` for a reason of the work's own. */
  readonly abandon: (reason: unknown) => void;
  /** Takes away timer and listener. */
  readonly clear: () => void;
}

export function startDeadline(timeoutMs: number, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  let passed = false;
  const onAbort = () => {
    controller.abort(outer.reason);
  };
  const timer = setTimeout(() => {
    passed = true;
    controller.abort();
  }, timeoutMs);
  if (outer.aborted) onAbort();
  else outer.addEventListener('abort', onAbort);
  return {
    signal: controller.signal,
    hasPassed: () => passed,
    abandon: (reason) => {
      controller.abort(reason);
    },
    clear: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', onAbort);
    },
  };
}
