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
/** After so many leases without its lease an attempt of this process hangs. */
const HUNG_LEASES = 10;
const LOOKS_AT_HUNG = 3;

export interface SweeperDeps {
  readonly store: TaskStore & Pick<Store, 'ping' | keyof LeadStore>;
  readonly clock: Clock;
  readonly events: TaskEvents;
  readonly outputs: OutputStore;
  readonly owner: string;
  /** Whether an attempt of this process is under way: it keeps its lease itself, and gives its task back itself, unless it hangs. */
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
  const hung = createHungAttempts(deps);
  for (let round = 0; !signal.aborted;) {
    try {
      if (outage) {
        await deps.store.ping();
        await delay(deps.leaseMs, signal);
        outage = false;
        continue;
      }
      if (await lead.has()) await sweepOnce(deps, hung, round++);
    } catch (error) {
      outage = true;
      deps.events.backgroundError('cannot look for abandoned tasks', error);
    }
    await free.wait({ timeoutMs: deps.sweepIntervalMs, signal });
  }
  // Of one that cannot be given up the lease ends.
  await lead.giveUp().catch(() => undefined);
}

/** Attempts of this process that are under way and have lost their lease. */
interface HungAttempts {
  /** @returns whether it has been without its lease for so long that it hangs. */
  hangs(attemptId: string): boolean;
  /** Forgets all others. */
  keep(attemptIds: ReadonlySet<string>): void;
}

/**
 * An attempt that works gets its lease back, or gives its task back, within a lease or two. One that hangs, on a disk that does not answer, say, would keep its task for ever: no other process sweeps. Looked
 * for several times, since a process that stood still for long has renewed nothing when it goes on.
 */
function createHungAttempts({ clock, leaseMs }: Pick<SweeperDeps, 'clock' | 'leaseMs'>): HungAttempts {
  const seen = new Map<string, { readonly sinceMs: number; looks: number }>();
  return {
    hangs(attemptId) {
      const entry = seen.get(attemptId) ?? { sinceMs: clock.monotonicMs(), looks: 0 };
      entry.looks += 1;
      seen.set(attemptId, entry);
      return entry.looks >= LOOKS_AT_HUNG && clock.monotonicMs() - entry.sinceMs >= HUNG_LEASES * leaseMs;
    },
    keep(attemptIds) {
      for (const id of [...seen.keys()]) if (!attemptIds.has(id)) seen.delete(id);
    },
  };
}

async function sweepOnce(deps: SweeperDeps, hung: HungAttempts, round: number): Promise<void> {
  const { store, clock, events } = deps;
  const nowMs = clock.nowMs();
  await takeBackAbandoned(deps, hung);
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

async function takeBackAbandoned(deps: SweeperDeps, hung: HungAttempts): Promise<void> {
  const { store, clock, events, owner, isUnderWay } = deps;
  const abandoned = await store.abandoned(BATCH, { owner });
  hung.keep(new Set(abandoned.flatMap(({ attemptId }) => attemptId ?? [])));
  for (const task of abandoned) {
    const isOwn = isUnderWay(task.attemptId);
    // Nobody else could take it from the only process on a store.
    if (isOwn && (store.isExclusive || task.attemptId === null || !hung.hangs(task.attemptId))) continue;
    // One of this worker without an attempt: the answer to its claim was lost, and nobody died over it.
    const isUnclaimed = task.owner === owner && !isOwn;
    const next = isUnclaimed ? handedBack(task, clock.nowMs()) : workerLost(task, clock.nowMs());
    // Refused: its worker came back, or another sweeper was faster.
    if (!(await store.replace(task, next, { leaseMs: 0 }))) continue;
    if (isUnclaimed) events.handedBack(next);
    else events.recovered(next);
  }
}
