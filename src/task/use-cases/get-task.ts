import { CallError } from '../call-error.js';
import type { TaskStore } from '../ports/task-store.js';
import type { Task, TaskKey } from '../task.js';

/** The task as it is now. @throws CallError TASK_NOT_FOUND, STORE_UNAVAILABLE. */
export async function getTask(deps: { readonly store: TaskStore }, key: TaskKey): Promise<Task> {
  const task = await deps.store.get(key);
  if (!task) throw new CallError({ reason: 'TASK_NOT_FOUND', taskId: key.id });
  return task;
}
