import { CallError } from '../call-error.js';
import type { TaskStore } from '../ports/task-store.js';
import type { Task, TaskKey } from '../task.js';
import { getTask } from './get-task.js';

/** A task changes about twice a second, so losing the race this often means that something else is wrong. */
const MAX_TRIES = 20;

/**
 * Changes a task for a caller: reads it, and compares-and-sets until no one else came between. `change` returns null when there is nothing to
 * change, and throws when it must not be. The lease of a running attempt stays as it is.
 * @throws any error of `change`; CallError TASK_NOT_FOUND, STORE_UNAVAILABLE.
 */
export async function changeTask(
  store: TaskStore,
  key: TaskKey,
  change: (task: Task) => Task | null,
): Promise<{ task: Task; changed: boolean }> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const from = await getTask({ store }, key);
    const to = change(from);
    if (!to) return { task: from, changed: false };
    if (await store.replace(from, to, { leaseMs: null })) return { task: to, changed: true };
  }
  throw new CallError({ reason: 'STORE_UNAVAILABLE' });
}
