import { TaskError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { TaskEvents } from '../ports/task-events.js';
import type { TaskStore } from '../ports/task-store.js';
import { isTerminal, type Task, type TaskKey } from '../task.js';
import { cancelled } from '../transitions.js';
import { getTask } from './get-task.js';

/** A task changes about twice a second, so losing the race this often means something else is wrong. */
const MAX_TRIES = 20;

/**
 * Cancels a task that has not ended: one compare-and-set that also raises the fence. Its worker learns by the feed and kills.
 * Cancelling a cancelled task returns it.
 * @throws TaskError TASK_NOT_FOUND, TASK_ALREADY_ENDED (as SUCCEEDED or FAILED), STORE_UNAVAILABLE.
 */
export async function cancelTask(needs: { store: TaskStore; clock: Clock; events: TaskEvents }, key: TaskKey): Promise<Task> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const task = await getTask(needs, key);
    if (task.state === 'CANCELLED') return task;
    if (isTerminal(task.state)) throw new TaskError({ reason: 'TASK_ALREADY_ENDED', taskId: key.id, state: task.state });
    const next = cancelled(task, needs.clock.nowMs());
    if (await needs.store.replace(task, next, { leaseMs: 0 })) {
      needs.events.cancelled(next);
      return next;
    }
  }
  throw new TaskError({ reason: 'STORE_UNAVAILABLE' });
}
