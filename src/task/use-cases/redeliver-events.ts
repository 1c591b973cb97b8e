import { redelivered, type Redelivery } from '../deliveries.js';
import type { Clock } from '../ports/clock.js';
import type { TaskStore } from '../ports/task-store.js';
import type { Quotas } from '../quotas.js';
import type { Task, TaskKey } from '../task.js';
import { changeTask } from './change-task.js';

/**
 * Has deliveries of a task begin anew that were given up, and others where the caller says so. Nothing to deliver: the task as it is.
 * @throws CallError TASK_NOT_FOUND, QUOTA_EXCEEDED (it counts as a submit), STORE_UNAVAILABLE.
 */
export async function redeliverEvents(
  { store, clock, quotas }: { store: TaskStore; clock: Clock; quotas: Pick<Quotas, 'takeSubmit'> | null },
  key: TaskKey,
  which: Redelivery,
): Promise<Task> {
  await quotas?.takeSubmit(key.tenant);
  const { task } = await changeTask(store, key, (from) => redelivered(from, { ...which, nowMs: clock.nowMs() }));
  return task;
}
