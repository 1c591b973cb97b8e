import { linkSignals, onAbort } from '../abort.js';
import type { Watch } from '../hub-watch.js';
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

/** Long poll: the task once it is past a revision, or as it is after the timeout. @throws as a watch of the hub ends with. */
export async function waitForTask(
  deps: { store: TaskStore; hub: TaskHub },
  key: TaskKey,
  { afterRevision, timeoutMs, signal }: WaitOptions,
): Promise<Task> {
  const over = linkSignals([signal], { timeoutMs });
  try {
    return (await nextState(deps.hub, key, { afterRevision, signal: over.signal })) ?? (await getTask(deps, key));
  } finally {
    over.release();
  }
}

/** Null: the task has ended at that revision, or the signal has aborted. */
function nextState(
  hub: TaskHub,
  key: TaskKey,
  { afterRevision, signal }: { readonly afterRevision: number; readonly signal: AbortSignal },
): Promise<Task | null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const watch: Watch = hub.watch(
      key,
      { afterRevision },
      {
        event: (event) => {
          if (event.kind !== 'task') watch.taken();
          else {
            resolve(event.task);
            watch.cancel();
          }
        },
        end: (error) => {
          leave();
          if (error === null) resolve(null);
          else reject(error instanceof Error ? error : new Error('a watch failed', { cause: error }));
        },
      },
    );
    const leave = onAbort(signal, () => {
      watch.cancel();
    });
  });
}
