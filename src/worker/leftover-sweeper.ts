import type { OutputOwner, OutputStore } from '../task/ports/output-store.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { TaskStore } from '../task/ports/task-store.js';
import { delay } from '../task/wait.js';

export interface LeftoverSweeperDeps {
  readonly store: Pick<TaskStore, 'get'>;
  readonly outputs: Pick<OutputStore, 'attempts' | 'discardAttempt'>;
  readonly events: Pick<TaskEvents, 'backgroundError'>;
  readonly leftoverIntervalMs: number;
}

/**
 * Removes the files that a crash leaves between the change of a record and that of its files: those of attempts that did not succeed, and of
 * tasks that are gone. Only what two looks in a row find is removed, so that a start with the wrong store does no harm to the videos of the
 * right one if it is noticed within an interval. Until the signal aborts.
 */
export async function runLeftoverSweeper(deps: LeftoverSweeperDeps, signal: AbortSignal): Promise<void> {
  let seen: ReadonlySet<string> = new Set();
  while (!signal.aborted) {
    try {
      seen = await sweepLeftovers(deps, seen, signal);
    } catch (error) {
      deps.events.backgroundError('cannot look for files of ended attempts', error);
    }
    await delay(deps.leftoverIntervalMs, signal);
  }
}

/** @param seen names of the attempts that the look before found. @returns those that are found for the first time. */
async function sweepLeftovers(
  { store, outputs }: LeftoverSweeperDeps,
  seen: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const attempt of outputs.attempts()) {
    if (signal.aborted) break;
    if (await isWanted(store, attempt)) continue;
    const name = [attempt.key.tenant, attempt.key.id, attempt.fence, attempt.attemptId].join('/');
    if (seen.has(name)) await outputs.discardAttempt(attempt);
    else found.add(name);
  }
  return found;
}

/** Whether the files are those of a success, or may become so. A later attempt, and a cancel, have a higher fence. */
async function isWanted(store: LeftoverSweeperDeps['store'], { key, fence, attemptId }: OutputOwner): Promise<boolean> {
  const task = await store.get(key);
  return task?.fence === fence && (task.state === 'SUCCEEDED' || task.attemptId === attemptId);
}
