import type { Clock } from '../task/ports/clock.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { TaskStore } from '../task/ports/task-store.js';
import { workerLost } from '../task/transitions.js';
import { delay } from '../task/wait.js';

/** How many abandoned tasks are taken back at a time. */
const BATCH = 100;

export interface SweeperNeeds {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly events: TaskEvents;
  readonly owner: string;
  readonly sweepIntervalMs: number;
  readonly leaseMs: number;
}

/**
 * Queues the tasks of dead workers again, at start and at every interval, until the signal aborts. After an outage of the store it holds still
 * for one lease: workers that could not renew meanwhile are alive, and must get the chance to.
 */
export async function runSweeper(needs: SweeperNeeds, signal: AbortSignal): Promise<void> {
  let outage = false;
  while (!signal.aborted) {
    try {
      if (outage) {
        await needs.store.ping();
        await delay(needs.leaseMs, signal);
        outage = false;
        continue;
      }
      await sweepOnce(needs);
    } catch (error) {
      outage = true;
      needs.events.trouble('looking for abandoned tasks', error);
    }
    await delay(needs.sweepIntervalMs, signal);
  }
}

async function sweepOnce({ store, clock, events, owner }: SweeperNeeds): Promise<void> {
  for (const task of await store.abandoned(BATCH, { owner })) {
    const next = workerLost(task, clock.nowMs());
    // Refused: its worker came back, or another sweeper was faster.
    if (await store.replace(task, next, { leaseMs: 0 })) events.recovered(next);
  }
}
