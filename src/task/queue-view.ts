import type { Clock } from './ports/clock.js';
import type { TaskStore, TenantQueue } from './ports/task-store.js';
import { createQueueForecast, placeInRounds, type QueueForecast, type QueuePlace } from './queue-forecast.js';
import type { Task } from './task.js';

/** The queue as callers see it: one look at it is shared by all who ask, and one at each tenant's part by the callers of that tenant. */
export interface QueueView {
  /** Where a task stands, a second ago at most; null when it is not queued, or the store does not answer. Never rejects. */
  placeOf(task: Task): Promise<QueuePlace | null>;
}

/** How many ranks of a tenant a look reads. `task.proto` says so. */
const REACH = 10_000;
const MAX_AGE_MS = 1_000;
/** Looks take at most this part of the time. */
const MAX_LOAD = 1 / 20;
/** The tenants whose pace is remembered; the longest forgotten is forgotten. */
const MAX_TENANTS = 1_000;

export function createQueueView({ store, clock }: { store: TaskStore; clock: Clock }): QueueView {
  const tenants = new Map<string, { readonly forecast: QueueForecast; readonly look: Look }>();
  let lengths: readonly TenantQueue[] = [];
  const lookAtAll = createLook(clock, async () => {
    lengths = await store.queuedByTenant();
  });

  function viewOf(tenant: string) {
    const known = tenants.get(tenant);
    if (known) return known;
    const forecast = createQueueForecast();
    const look = createLook(clock, async () => {
      const ranks = await store.queuedRanks(tenant, REACH);
      forecast.look(ranks, { isWhole: ranks.length < REACH, nowMs: clock.nowMs() });
    });
    const [oldest] = tenants.keys();
    if (oldest !== undefined && tenants.size >= MAX_TENANTS) tenants.delete(oldest);
    tenants.set(tenant, { forecast, look });
    return { forecast, look };
  }

  return {
    async placeOf(task) {
      if (task.state !== 'QUEUED') return null;
      const { forecast, look } = viewOf(task.tenant);
      // A task is read far more often than the queue is looked at: most calls find both looks ended and wait for nothing.
      let [isKnown, areOthersKnown] = [look(), lookAtAll()];
      if (typeof isKnown !== 'boolean') isKnown = await isKnown;
      if (typeof areOthersKnown !== 'boolean') areOthersKnown = await areOthersKnown;
      const own = isKnown && areOthersKnown ? forecast.placeOf(task.queueRankMs) : null;
      if (own === null) return null;
      const others = lengths.filter(({ tenant }) => tenant !== task.tenant).map(({ queued }) => queued);
      return { ...own, position: placeInRounds(own.position, others) };
    },
  };
}

/** Whether a look that is recent enough succeeded; a promise while it is under way, which never rejects. */
type Look = () => boolean | Promise<boolean>;

function createLook(clock: Clock, lookNow: () => Promise<void>): Look {
  let look: boolean | Promise<boolean> = false;
  let nextLookMs = -Infinity;

  async function timed(): Promise<boolean> {
    const startedMs = clock.monotonicMs();
    try {
      await lookNow();
      look = true;
      return true;
    } catch {
      // Whoever needs the store hears of it; a place in the queue is not worth an error.
      look = false;
      return false;
    } finally {
      const endedMs = clock.monotonicMs();
      nextLookMs = endedMs + Math.max(MAX_AGE_MS, (endedMs - startedMs) / MAX_LOAD);
    }
  }

  return () => {
    if (clock.monotonicMs() >= nextLookMs) {
      // Nobody begins another while this one is under way.
      nextLookMs = Infinity;
      look = timed();
    }
    return look;
  };
}
