import type { Clock } from '../task/ports/clock.js';
import type { LeadStore } from '../task/ports/lead-store.js';
import type { OutputStore } from '../task/ports/output-store.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { Store } from '../task/ports/store.js';
import type { TaskStore } from '../task/ports/task-store.js';
import { expiryPostponed } from '../task/deliveries.js';
import { handedBack, queueTimedOut, workerLost } from '../task/lifecycle.js';
import { removeEnded } from '../task/use-cases/delete-task.js';
import { delay, wakeable } from '../task/wait.js';
import { followLead } from './lead.js';

/** How many abandoned tasks are taken back at a time. */
const BATCH = 100;
/** Tasks that waited too long, and tasks whose time is up, are looked for at each such interval only: nobody waits for them. */
const OVERDUE_EVERY = 2;
const EXPIRED_EVERY = 5;

export interface SweeperDeps {
  readonly store: TaskStore & Pick<Store, 'ping' | keyof LeadStore>;
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
 * Takes care of tasks without a worker, at start and at every interval, until the signal aborts. Of the processes that share a store one does it for all. It queues tasks of dead workers again, fails
 * tasks that waited too long, and removes tasks whose time is up with their files, once their deliveries have ended. After an outage of the store it waits
 * for one lease: workers that could not renew meanwhile are alive, and must get the chance to.
 */
export async function runSweeper(deps: SweeperDeps, signal: AbortSignal): Promise<void> {
  let outage = false;
  const free = wakeable();
  const lead = followLead(deps, () => {
    free.wake();
  });
  for (let round = 0; !signal.aborted;) {
    try {
      if (outage) {
        await deps.store.ping();
        await delay(deps.leaseMs, signal);
        outage = false;
        continue;
      }
      if (await lead.has()) await sweepOnce(deps, round++);
    } catch (error) {
      outage = true;
      deps.events.backgroundError('cannot look for abandoned tasks', error);
    }
    await free.wait({ timeoutMs: deps.sweepIntervalMs, signal });
  }
  // Of one that cannot be given up the lease ends.
  await lead.giveUp().catch(() => undefined);
}

async function sweepOnce(deps: SweeperDeps, round: number): Promise<void> {
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
  for (const task of round % OVERDUE_EVERY === 0 ? await store.overdue(BATCH, { nowMs }) : []) {
    const next = queueTimedOut(task, nowMs);
    // Refused: a worker has just taken it after all.
    if (await store.replace(task, next, { leaseMs: 0 })) events.queueTimedOut(next);
  }
  for (const task of round % EXPIRED_EVERY === 0 ? await store.expired(BATCH, { nowMs }) : []) {
    // Not lost without a word: they end within hours. Refused: one has just ended.
    const postponed = expiryPostponed(task, nowMs);
    if (postponed) await store.replace(task, postponed, { leaseMs: null });
    else await removeEnded(deps, task);
  }
}
