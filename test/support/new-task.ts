import { submitted, type NewTask } from '../../src/task/lifecycle.js';
import type { Task } from '../../src/task/task.js';
import type { TaskOptions } from '../../src/task/task-options.js';

/** The parts of a new task that a test may vary. */
export type TaskChanges = Partial<NewTask & TaskOptions>;

/** A queued task, to be varied by a test. */
export function newTask(changes: TaskChanges = {}): Task {
  const { labels = {}, priority = 0, maxAttempts = 2, ttlMs = 3_600_000, ...rest } = changes;
  const { notify, ...unnotified } = rest;
  const { timeouts = { queueMs: 3_600_000, totalMs: null, stallMs: null, fetchMs: null }, ...others } = unnotified;
  return submitted({
    id: 't1',
    tenant: 'default',
    requestId: null,
    requestHash: 'h',
    options: { labels, priority, maxAttempts, ttlMs, timeouts, ...(notify && { notify }) },
    nowMs: 1,
    ...others,
  });
}
