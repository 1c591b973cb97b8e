import { redelivered } from '../deliveries.js';
import type { Clock } from '../ports/clock.js';
import type { TaskStore } from '../ports/task-store.js';
import type { Task, TaskKey } from '../task.js';
import { changeTask } from './change-task.js';

/**
 * Has deliveries of a task begin anew that were given up; with `includeDelivered` also those that arrived. Nothing to deliver: the task as it is.
 * @throws CallError TASK_NOT_FOUND, STORE_UNAVAILABLE.
 */
export async function redeliverEvents(
  { store, clock }: { store: TaskStore; clock: Clock },
  key: TaskKey,
  { includeDelivered }: { readonly includeDelivered: boolean },
): Promise<Task> {
  const { task } = await changeTask(store, key, (from) =>
    redelivered(from, { includeDelivered, nowMs: clock.nowMs() }),
  );
  return task;
}
