import { TaskError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { TaskEvents } from '../ports/task-events.js';
import type { TaskStore } from '../ports/task-store.js';
import type { Task, TaskKey } from '../task.js';
import { retried } from '../transitions.js';
import { changeTask } from './change-task.js';

/**
 * Queues a failed or cancelled task again, under the same id, with its attempts counted anew.
 * @throws TaskError TASK_NOT_FOUND, TASK_NOT_RETRYABLE, STORE_UNAVAILABLE.
 */
export async function retryTask(needs: { store: TaskStore; clock: Clock; events: TaskEvents }, key: TaskKey): Promise<Task> {
  const { task } = await changeTask(needs.store, key, (from) => {
    if (from.state === 'FAILED' || from.state === 'CANCELLED') return retried(from, needs.clock.nowMs());
    throw new TaskError({ reason: 'TASK_NOT_RETRYABLE', taskId: key.id, state: from.state });
  });
  needs.events.retried(task);
  return task;
}
