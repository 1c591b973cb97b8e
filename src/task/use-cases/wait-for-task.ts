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
  const over = new AbortController();
  const stop = () => {
    over.abort();
  };
  const timer = setTimeout(stop, options.timeoutMs);
  options.signal.addEventListener('abort', stop);
  try {
    if (options.signal.aborted) stop();
    for await (const event of deps.hub.watch(key, { afterRevision: options.afterRevision, signal: over.signal })) {
      if (event.kind === 'task') return event.task;
    }
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', stop);
  }
  return getTask(deps, key);
}
