import { CallError } from '../call-error.js';
import type { Clock } from '../ports/clock.js';
import type { TaskEvents } from '../ports/task-events.js';
import type { TaskStore } from '../ports/task-store.js';
import { isTerminal, type Task, type TaskKey } from '../task.js';
import { cancelled } from '../lifecycle.js';
import { changeTask } from './change-task.js';

/**
 * Cancels a task that has not ended: one compare-and-set that also raises the fence. Its worker learns by the feed and kills.
 * Cancelling a cancelled task returns it.
 * @throws CallError TASK_NOT_FOUND, TASK_ALREADY_ENDED (as SUCCEEDED or FAILED), STORE_UNAVAILABLE.
 */
export async function cancelTask(
  deps: { store: TaskStore; clock: Clock; events: TaskEvents },
  key: TaskKey,
): Promise<Task> {
  const { task, changed } = await changeTask(deps.store, key, (from) => {
    if (from.state === 'CANCELLED') return null;
    if (isTerminal(from.state))
      throw new CallError({ reason: 'TASK_ALREADY_ENDED', taskId: key.id, state: from.state });
    return cancelled(from, deps.clock.nowMs());
  });
  if (changed) deps.events.cancelled(task);
  return task;
}
