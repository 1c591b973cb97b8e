import { submitted, type NewTask } from '../../src/task/lifecycle.js';
import type { Task } from '../../src/task/task.js';

/** A queued task, to be varied by a test. */
export function newTask(changes: Partial<NewTask> = {}): Task {
  return submitted({
    id: 't1',
    tenant: 'default',
    requestId: null,
    requestHash: 'h',
    maxAttempts: 2,
    labels: {},
    priority: 0,
    timeouts: { queueMs: 3_600_000, totalMs: null, stallMs: null, fetchMs: null },
    ttlMs: 3_600_000,
    nowMs: 1,
    ...changes,
  });
}
