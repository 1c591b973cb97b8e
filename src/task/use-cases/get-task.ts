import { TaskError } from '../errors.js';
import type { TaskStore } from '../ports/task-store.js';
import type { Task, TaskKey } from '../task.js';

/** The task as it is now. @throws TaskError TASK_NOT_FOUND, STORE_UNAVAILABLE. */
export async function getTask(needs: { readonly store: TaskStore }, key: TaskKey): Promise<Task> {
  const task = await needs.store.get(key);
  if (!task) throw new TaskError({ reason: 'TASK_NOT_FOUND', taskId: key.id });
  return task;
}
