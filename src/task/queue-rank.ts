/** One step of priority is worth a minute of waiting. */
const STEP_MS = 60_000;

/**
 * A task's place in the queue, lowest first. Its age is in it, so that a task of low priority gets past newer ones of high priority in time
 * and nothing starves; and it never changes, so that an index can contain it.
 */
export function queueRankMs(queuedAtMs: number, priority: number): number {
  return queuedAtMs - priority * STEP_MS;
}
