import { CallError } from '../call-error.js';
import type { ValidSpec } from '../../composition/parsed-spec.js';
import type { Clock } from '../ports/clock.js';
import type { TaskEvents } from '../ports/task-events.js';
import type { TaskStore } from '../ports/task-store.js';
import type { Task, TaskKey } from '../task.js';
import { retried } from '../lifecycle.js';
import { pixelFramesOf } from '../pixel-frames.js';
import type { Quotas } from '../quotas.js';
import { changeTask } from './change-task.js';
import { countTask } from './count-task.js';

export interface RetryDeps {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly events: TaskEvents;
  readonly quotas: Quotas | null;
  /** Reads a stored spec. */
  readonly parseSpec: (specJson: string) => ValidSpec;
}

/**
 * Queues a failed or cancelled task again, under the same id, with its attempts counted anew.
 * @throws CallError TASK_NOT_FOUND, TASK_NOT_RETRYABLE, QUOTA_EXCEEDED, STORE_UNAVAILABLE.
 */
export async function retryTask(deps: RetryDeps, key: TaskKey): Promise<Task> {
  await deps.quotas?.takeSubmit(key.tenant);
  const count = await deps.quotas?.takeDay(key.tenant, () => sizeOf(deps, key));
  const stored = await deps.quotas?.takeRoom(key.tenant);
  const { task } = await changeTask(deps.store, key, (from) => {
    if (from.state === 'FAILED' || from.state === 'CANCELLED') return retried(from, deps.clock.nowMs());
    throw new CallError({ reason: 'TASK_NOT_RETRYABLE', taskId: key.id, state: from.state });
  }).finally(stored);
  await countTask(deps.events, task, count);
  deps.events.retried(task);
  return task;
}

async function sizeOf({ store, parseSpec }: RetryDeps, key: TaskKey): Promise<number | null> {
  const specJson = await store.getSpec(key);
  // That a task is not there, or that its spec cannot be read, is told where it is needed.
  if (specJson === null) return 0;
  try {
    return pixelFramesOf(parseSpec(specJson));
  } catch {
    return null;
  }
}
