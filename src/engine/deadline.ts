/** A time limit on part of a larger work. */
export interface Deadline {
  /** Aborted when the limit has passed, or the larger work was aborted. */
  readonly signal: AbortSignal;
  /** Whether it was the limit. */
  readonly hasPassed: () => boolean;
  /** Removes timer and listener. */
  readonly clear: () => void;
}

/** @param untilMs monotonic time, as `performance.now()` gives it. */
export function startDeadline(untilMs: number, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  let passed = false;
  const onAbort = () => {
    controller.abort(outer.reason);
  };
  const timer = setTimeout(
    () => {
      passed = true;
      controller.abort();
    },
    Math.max(0, untilMs - performance.now()),
  );
  if (outer.aborted) onAbort();
  else outer.addEventListener('abort', onAbort);
  return {
    signal: controller.signal,
    hasPassed: () => passed,
    clear: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', onAbort);
    },
  };
}
