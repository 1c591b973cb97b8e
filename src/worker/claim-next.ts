import type { Clock } from '../task/ports/clock.js';
import type { TaskStore } from '../task/ports/task-store.js';
import type { Task } from '../task/task.js';
import { claimed } from '../task/lifecycle.js';

/** From how many of the oldest tasks one is chosen. */
const CANDIDATES = 16;

export interface Claim {
  readonly task: Task;
  /** Monotonic time before the claim was sent. */
  readonly sentMs: number;
}

export interface ClaimDeps {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly owner: string;
  readonly leaseMs: number;
}

/**
 * Claims the oldest queued task, or null when none is queued. A claim lost to another worker is tried next on a *random* candidate: workers
 * that all go for the head of the queue slow each other down the more of them there are.
 * @throws CallError STORE_UNAVAILABLE; the claim may have been stored then, and is swept when its lease ends.
 */
export async function claimNext({ store, clock, owner, leaseMs }: ClaimDeps): Promise<Claim | null> {
  const candidates = [...(await store.queued(CANDIDATES))];
  let index = 0;
  while (candidates.length > 0) {
    const [candidate] = candidates.splice(index, 1);
    if (!candidate) return null;
    const sentMs = clock.monotonicMs();
    const task = claimed(candidate, { attemptId: clock.newAttemptId(), owner, nowMs: clock.nowMs() });
    if (await store.replace(candidate, task, { leaseMs })) return { task, sentMs };
    index = Math.floor(clock.random() * candidates.length);
  }
  return null;
}
