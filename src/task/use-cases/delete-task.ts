import { CallError } from '../call-error.js';
import type { OutputStore } from '../ports/output-store.js';
import type { TaskEvents } from '../ports/task-events.js';
import type { TaskStore } from '../ports/task-store.js';
import { isTerminal, type Task, type TaskKey } from '../task.js';
import { getTask } from './get-task.js';

export interface DeleteDeps {
  readonly store: TaskStore;
  readonly outputs: OutputStore;
  readonly events: TaskEvents;
}

/**
 * Removes a task that has ended, with its outputs.
 * @throws CallError TASK_NOT_FOUND, TASK_NOT_ENDED, STORE_UNAVAILABLE.
 */
export async function deleteTask(deps: DeleteDeps, key: TaskKey): Promise<void> {
  const task = await getTask(deps, key);
  if (!isTerminal(task.state)) throw new CallError({ reason: 'TASK_NOT_ENDED', taskId: key.id, state: task.state });
  // Refused only if it was retried or removed at this very moment: the next read decides.
  if (!(await removeEnded(deps, task))) await deleteTask(deps, key);
}

/**
 * Removes the record, then the files: files without a record are garbage that nobody can reach, a record without its files would be a lie.
 * @returns false when the task has changed meanwhile; then nothing is removed.
 */
export async function removeEnded({ store, outputs, events }: DeleteDeps, task: Task): Promise<boolean> {
  if (!(await store.remove(task))) return false;
  await outputs.discard(task, { keepFence: null });
  events.removed(task);
  return true;
}
