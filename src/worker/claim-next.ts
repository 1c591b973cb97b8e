import type { Clock } from '../task/ports/clock.js';
import type { TaskStore } from '../task/ports/task-store.js';
import type { Task } from '../task/task.js';
import { claimed } from '../task/lifecycle.js';
import type { Turns } from './turns.js';

/** From how many of a tenant's oldest tasks one is chosen. */
const CANDIDATES = 16;

export interface Claim {
  readonly task: Task;
  /** Monotonic time before the claim was sent. */
  readonly sentMs: number;
  /** The first claim since the submit or retry of the task. */
  readonly isFirst: boolean;
}

export interface ClaimDeps {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly owner: string;
  readonly leaseMs: number;
  readonly turns: Turns;
  /** The most running tasks of a tenant; null: any number. Default: any number, of every tenant. */
  readonly maxRunning?: (tenant: string) => number | null;
}

/**
 * Claims the oldest queued task of the tenant whose turn it is, or null when none is queued that may run.
 * @throws CallError STORE_UNAVAILABLE; the claim may have been stored then, and is swept when its lease ends.
 */
export async function claimNext(deps: ClaimDeps): Promise<Claim | null> {
  const { store, turns } = deps;
  turns.passedOver = false;
  // Once round: from the tenant after the last one to the end of the names, and from their beginning up to that tenant itself.
  const { last } = turns;
  let after = last;
  let isSecondHalf = false;
  for (;;) {
    const candidates = await store.queued(CANDIDATES, { after });
    const tenant = candidates[0]?.tenant;
    if (isSecondHalf && (tenant === undefined || tenant > last)) return null;
    if (tenant === undefined) {
      // Once round already: it began at the first of the names.
      if (last === '') return null;
      isSecondHalf = true;
      after = '';
      continue;
    }
    after = tenant;
    if (await mayRunMore(deps, tenant)) {
      const claim = await claimOneOf(deps, candidates);
      if (claim) {
        turns.last = tenant;
        return claim;
      }
    } else turns.passedOver = true;
  }
}

/** Counted before the claim: workers that claim at the same moment may together exceed the limit by one task each. */
async function mayRunMore({ store, maxRunning }: ClaimDeps, tenant: string): Promise<boolean> {
  const limit = maxRunning?.(tenant) ?? null;
  return limit === null || (limit > 0 && (await store.countIn(tenant, 'RUNNING', limit)) < limit);
}

/**
 * Claims the first, or another. A claim lost to another worker is tried next on a *random* candidate: workers that all go for the head of the queue
 * slow each other down the more of them there are.
 */
async function claimOneOf({ store, clock, owner, leaseMs }: ClaimDeps, tasks: readonly Task[]): Promise<Claim | null> {
  const candidates = [...tasks];
  let index = 0;
  while (candidates.length > 0) {
    const [candidate] = candidates.splice(index, 1);
    if (!candidate) return null;
    const sentMs = clock.monotonicMs();
    const task = claimed(candidate, { attemptId: clock.newAttemptId(), owner, nowMs: clock.nowMs() });
    if (await store.replace(candidate, task, { leaseMs }))
      return { task, sentMs, isFirst: candidate.startTimeMs === null };
    index = Math.floor(clock.random() * candidates.length);
  }
  return null;
}
