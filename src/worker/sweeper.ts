import type { Clock } from '../task/ports/clock.js';
import type { OutputStore } from '../task/ports/output-store.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { Store } from '../task/ports/store.js';
import type { TaskStore } from '../task/ports/task-store.js';
import { expiryPostponed } from '../task/deliveries.js';
import { handedBack, queueTimedOut, workerLost } from '../task/lifecycle.js';
import { removeEnded } from '../task/use-cases/delete-task.js';
import { delay } from '../task/wait.js';

/** How many abandoned tasks are taken back at a time. */
const BATCH = 100;

export interface SweeperDeps {
  readonly store: TaskStore & Pick<Store, 'ping'>;
  readonly clock: Clock;
  readonly events: TaskEvents;
  readonly outputs: OutputStore;
  readonly owner: string;
  /** Whether an attempt of this process is under way: it keeps its lease itself, and gives its task back itself. */
  readonly isUnderWay: (attemptId: string | null) => boolean;
  readonly sweepIntervalMs: number;
  readonly leaseMs: number;
}

/**
 * Takes care of tasks without a worker, at start and at every interval, until the signal aborts: queues tasks of dead workers again, fails
 * tasks that waited too long, removes tasks whose time is up with their files, once their deliveries have ended. After an outage of the store it waits
 * for one lease: workers that could not renew meanwhile are alive, and must get the chance to.
 */
export async function runSweeper(deps: SweeperDeps, signal: AbortSignal): Promise<void> {
  let outage = false;
  while (!signal.aborted) {
    try {
      if (outage) {
        await deps.store.ping();
        await delay(deps.leaseMs, signal);
        outage = false;
        continue;
      }
      await sweepOnce(deps);
    } catch (error) {
      outage = true;
      deps.events.backgroundError('cannot look for abandoned tasks', error);
    }
    await delay(deps.sweepIntervalMs, signal);
  }
}

async function sweepOnce(deps: SweeperDeps): Promise<void> {
  const { store, clock, events, owner, isUnderWay } = deps;
  const nowMs = clock.nowMs();
  for (const task of await store.abandoned(BATCH, { owner })) {
    if (isUnderWay(task.attemptId)) continue;
    // One of this worker without an attempt: the answer to its claim was lost, and nobody died over it.
    const next = task.owner === owner ? handedBack(task, nowMs) : workerLost(task, nowMs);
    // Refused: its worker came back, or another sweeper was faster.
    if (!(await store.replace(task, next, { leaseMs: 0 }))) continue;
    if (task.owner === owner) events.handedBack(next);
    else events.recovered(next);
  }
  for (const task of await store.overdue(BATCH, { nowMs })) {
    const next = queueTimedOut(task, nowMs);
    // Refused: a worker has just taken it after all.
    if (await store.replace(task, next, { leaseMs: 0 })) events.queueTimedOut(next);
  }
  for (const task of await store.expired(BATCH, { nowMs })) {
    // Not lost without a word: they end within hours. Refused: one has just ended.
    const postponed = expiryPostponed(task, nowMs);
    if (postponed) await store.replace(task, postponed, { leaseMs: null });
    else await removeEnded(deps, task);
  }
}
