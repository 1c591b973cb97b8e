import { CallError } from '../call-error.js';
import type { OutputStore } from '../ports/output-store.js';
import type { TaskEvents } from '../ports/task-events.js';
import type { TaskStore } from '../ports/task-store.js';
import { isTerminal, type Task, type TaskKey } from '../task.js';
import { hasPendingDeliveries } from '../deliveries.js';
import { getTask } from './get-task.js';

export interface DeleteDeps {
  readonly store: TaskStore;
  readonly outputs: OutputStore;
  readonly events: TaskEvents;
}

/**
 * Removes a task that has ended, with its outputs. One with pending deliveries only if the caller gives them up.
 * @throws CallError TASK_NOT_FOUND, TASK_NOT_ENDED, DELIVERIES_PENDING, STORE_UNAVAILABLE.
 */
export async function deleteTask(
  deps: DeleteDeps,
  key: TaskKey,
  { dropDeliveries }: { readonly dropDeliveries: boolean },
): Promise<void> {
  const task = await getTask(deps, key);
  if (!isTerminal(task.state)) throw new CallError({ reason: 'TASK_NOT_ENDED', taskId: key.id, state: task.state });
  if (!dropDeliveries && hasPendingDeliveries(task))
    throw new CallError({ reason: 'DELIVERIES_PENDING', taskId: key.id });
  // Refused only if it was retried, removed or delivered at this very moment: the next read decides.
  if (!(await removeEnded(deps, task))) await deleteTask(deps, key, { dropDeliveries });
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
