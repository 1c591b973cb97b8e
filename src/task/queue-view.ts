import type { Clock } from './ports/clock.js';
import type { TaskStore } from './ports/task-store.js';
import { createQueueForecast, type QueuePlace } from './queue-forecast.js';
import type { Task } from './task.js';

/** The queue as callers see it: one look at it is shared by all who ask. */
export interface QueueView {
  /** Where a task stands, a second ago at most; null when it is not queued, or the store does not answer. Never rejects. */
  placeOf(task: Task): Promise<QueuePlace | null>;
}

/** How many ranks a look reads. `task.proto` says so. */
const REACH = 10_000;
const MAX_AGE_MS = 1_000;
/** Looks take at most this part of the time. */
const MAX_LOAD = 1 / 20;

export function createQueueView({ store, clock }: { store: TaskStore; clock: Clock }): QueueView {
  const forecast = createQueueForecast();
  let look: Promise<boolean> | null = null;
  let nextLookMs = -Infinity;

  async function lookNow(): Promise<boolean> {
    const startedMs = clock.monotonicMs();
    try {
      const ranks = await store.queuedRanks(REACH);
      forecast.look(ranks, { isWhole: ranks.length < REACH, nowMs: clock.nowMs() });
      return true;
    } catch {
      // Whoever needs the store hears of it; a place in the queue is not worth an error.
      return false;
    } finally {
      const endedMs = clock.monotonicMs();
      nextLookMs = endedMs + Math.max(MAX_AGE_MS, (endedMs - startedMs) / MAX_LOAD);
    }
  }

  return {
    async placeOf(task) {
      if (task.state !== 'QUEUED') return null;
      if (look === null || clock.monotonicMs() >= nextLookMs) {
        // Nobody begins another while this one is under way.
        nextLookMs = Infinity;
        look = lookNow();
      }
      return (await look) ? forecast.placeOf(task.queueRankMs) : null;
    },
  };
}
