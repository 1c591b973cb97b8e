import { linkSignals } from '../abort.js';
import type { TaskStore } from '../ports/task-store.js';
import type { Task, TaskKey } from '../task.js';
import type { TaskHub } from '../task-hub.js';
import { getTask } from './get-task.js';

export interface WaitOptions {
  /** Answer once the task is past this revision, or has ended. */
  readonly afterRevision: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Long poll: the task once it is past a revision, or as it is after the timeout. @throws as `TaskHub.watch`. */
export async function waitForTask(
  deps: { store: TaskStore; hub: TaskHub },
  key: TaskKey,
  options: WaitOptions,
): Promise<Task> {
  const over = linkSignals([options.signal], { timeoutMs: options.timeoutMs });
  try {
    for await (const event of deps.hub.watch(key, { afterRevision: options.afterRevision, signal: over.signal })) {
      if (event.kind === 'task') return event.task;
    }
  } finally {
    over.release();
  }
  return getTask(deps, key);
}
