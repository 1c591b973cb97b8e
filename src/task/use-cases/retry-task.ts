import { CallError } from '../call-error.js';
import type { Clock } from '../ports/clock.js';
import type { TaskEvents } from '../ports/task-events.js';
import type { TaskStore } from '../ports/task-store.js';
import type { Task, TaskKey } from '../task.js';
import { retried } from '../lifecycle.js';
import type { Quotas } from '../quotas.js';
import { changeTask } from './change-task.js';

/**
 * Queues a failed or cancelled task again, under the same id, with its attempts counted anew.
 * @throws CallError TASK_NOT_FOUND, TASK_NOT_RETRYABLE, QUOTA_EXCEEDED, STORE_UNAVAILABLE.
 */
export async function retryTask(
  deps: { store: TaskStore; clock: Clock; events: TaskEvents; quotas: Quotas | null },
  key: TaskKey,
): Promise<Task> {
  await deps.quotas?.takeSubmit(key.tenant);
  const stored = await deps.quotas?.takeRoom(key.tenant);
  const { task } = await changeTask(deps.store, key, (from) => {
    if (from.state === 'FAILED' || from.state === 'CANCELLED') return retried(from, deps.clock.nowMs());
    throw new CallError({ reason: 'TASK_NOT_RETRYABLE', taskId: key.id, state: from.state });
  }).finally(stored);
  deps.events.retried(task);
  return task;
}
