import type { Clock } from './ports/clock.js';

/** Gives out the places that are left in the queues of tenants. */
export interface QueueRoom {
  /** @returns null: the queue is full; else to be called once the task is stored, or is not. */
  take(tenant: string, limit: number): Promise<(() => void) | null>;
}

/** How long a count is added to, before it is made anew. */
const FRESH_MS = 1_000;
/** How long a full queue counts as full without another look: a flood of refused submits costs the store five looks a second. */
const FULL_MS = 200;

interface Tally {
  count: number;
  atMs: number;
  /** Tasks that were stored since the count was asked for. */
  since: number;
  /** Tasks that have a place and are not stored yet. */
  underWay: number;
  look: Promise<void> | null;
}

/**
 * Counts a tenant's queue at most once a second, and adds the tasks that this process stores meanwhile; claims only make the real number smaller. Once
 * that estimate reaches the limit it counts anew. So one process never exceeds a limit. Of several, each may exceed it by the tasks that the others have
 * stored within the last second.
 */
export function createQueueRoom({
  count,
  clock,
}: {
  readonly count: (tenant: string, upTo: number) => Promise<number>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}): QueueRoom {
  const tallies = new Map<string, Tally>();

  async function look(tenant: string, tally: Tally, limit: number): Promise<void> {
    // Nothing is known until the answer: whoever comes meanwhile waits for it too.
    tally.atMs = -Infinity;
    tally.since = 0;
    try {
      tally.count = await count(tenant, limit);
      tally.atMs = clock.monotonicMs();
    } finally {
      tally.look = null;
    }
  }

  const usedOf = ({ count: counted, since, underWay }: Tally): number => counted + since + underWay;

  /** Those that nobody asks for are few bytes; beyond so many all that are not in use go. */
  function tidy(): void {
    if (tallies.size < 10_000) return;
    for (const [tenant, { underWay, look: looking }] of tallies)
      if (underWay === 0 && looking === null) tallies.delete(tenant);
  }

  return {
    async take(tenant, limit) {
      tidy();
      const tally = tallies.get(tenant) ?? { count: 0, atMs: -Infinity, since: 0, underWay: 0, look: null };
      tallies.set(tenant, tally);
      const isFull = () => usedOf(tally) >= limit;
      const ageMs = clock.monotonicMs() - tally.atMs;
      if (limit > 0 && (ageMs >= FRESH_MS || (isFull() && ageMs >= FULL_MS)))
        await (tally.look ??= look(tenant, tally, limit));
      if (isFull()) return null;
      tally.underWay += 1;
      return () => {
        tally.underWay -= 1;
        tally.since += 1;
      };
    },
  };
}
