import type { Task } from '../task/task.js';

/** Longest wait and time to live of tasks that were submitted before a task had either: what a submit gets by default since. */
export const FIRST_VERSION_MS = 7 * 24 * 3_600_000;

type Later =
  | 'labels' | 'priority' | 'queueRankMs' | 'timeouts' | 'ttlMs' | 'estimatedEndTimeMs' | 'phaseTimings' | 'submitWarnings' | 'queueDeadlineMs' | 'expireTimeMs';

/** A task as any version may have stored it. */
export type AnyVersion = Omit<Task, Later> & Partial<Pick<Task, Later>>;

/** Gives a task of the first version the fields that came later. It was promised no deadline in the queue, so it gets none. */
export function completed(task: AnyVersion): Task {
  return {
    labels: {},
    priority: 0,
    queueRankMs: task.createTimeMs,
    timeouts: { queueMs: FIRST_VERSION_MS, totalMs: null, stallMs: null, fetchMs: null },
    ttlMs: FIRST_VERSION_MS,
    estimatedEndTimeMs: null,
    phaseTimings: [],
    submitWarnings: [],
    queueDeadlineMs: null,
    expireTimeMs: null,
    ...task,
  };
}
