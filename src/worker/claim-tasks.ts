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

/** The oldest queued tasks of a tenant. Claims take theirs out of it. */
interface Head {
  readonly tenant: string;
  readonly candidates: Task[];
  /** How many of them may be claimed. */
  readonly most: number;
}

/**
 * Claims the oldest queued tasks of the tenants whose turn it is, up to `count` at once, and hands on each as soon as it is claimed.
 * @returns whether there were any to claim, also if other workers were faster.
 * @throws CallError STORE_UNAVAILABLE, after all that were claimed are handed on; a claim may have been stored then, and is swept when its lease ends.
 */
export async function claimTasks(deps: ClaimDeps, count: number, begin: (claim: Claim) => void): Promise<boolean> {
  const wanted = inTurn(await nextHeads(deps, count), count);
  const claims = await Promise.allSettled(
    wanted.map(async ({ tenant, candidates }) => {
      const claim = await claimOneOf(deps, candidates);
      if (claim) begin(claim);
      return claim && tenant;
    }),
  );
  const tenants = claims.flatMap((claim) => (claim.status === 'fulfilled' && claim.value !== null ? claim.value : []));
  deps.turns.last = tenants.at(-1) ?? deps.turns.last;
  const failure = claims.find((claim) => claim.status === 'rejected');
  if (failure) throw failure.reason;
  return wanted.length > 0;
}

/** Once round, from the tenant after the last one to the end of the names, and from their beginning up to that tenant itself; no further than `count` tenants that may run tasks. */
async function nextHeads(deps: ClaimDeps, count: number): Promise<Head[]> {
  const { store, turns } = deps;
  const { last } = turns;
  turns.passedOver = false;
  const heads: Head[] = [];
  let after = last;
  let isSecondHalf = last === '';
  while (heads.length < count) {
    const candidates = [...(await store.queued(CANDIDATES, { after }))];
    const tenant = candidates[0]?.tenant;
    if (tenant === undefined) {
      if (isSecondHalf) break;
      isSecondHalf = true;
      after = '';
      continue;
    }
    const isBehind = isSecondHalf && last !== '';
    if (isBehind && tenant > last) break;
    const room = await roomOf(deps, tenant);
    if (room > 0) heads.push({ tenant, candidates, most: Math.min(candidates.length, room) });
    else turns.passedOver = true;
    if (isBehind && tenant === last) break;
    after = tenant;
  }
  return heads;
}

/** Counted before the claims: workers that claim at the same moment may together exceed the limit by their claims. */
async function roomOf({ store, maxRunning }: ClaimDeps, tenant: string): Promise<number> {
  const limit = maxRunning?.(tenant) ?? null;
  if (limit === null) return Infinity;
  return limit === 0 ? 0 : limit - (await store.countIn(tenant, 'RUNNING', limit));
}

/** One of each tenant, then a second of each, and so on, as far as they have tasks that may run. */
function inTurn(heads: readonly Head[], count: number): Head[] {
  const rounds = Math.min(count, Math.max(0, ...heads.map(({ most }) => most)));
  return Array.from({ length: rounds }, (_, round) => heads.filter(({ most }) => round < most))
    .flat()
    .slice(0, count);
}

/**
 * Claims the first, or another. A claim lost to another worker is tried next on a *random* candidate: workers that all go for the head of the queue
 * slow each other down the more of them there are.
 */
async function claimOneOf({ store, clock, owner, leaseMs }: ClaimDeps, candidates: Task[]): Promise<Claim | null> {
  let index = 0;
  for (;;) {
    const [candidate] = candidates.splice(index, 1);
    if (!candidate) return null;
    const sentMs = clock.monotonicMs();
    const task = claimed(candidate, { attemptId: clock.newAttemptId(), owner, nowMs: clock.nowMs() });
    if (await store.replace(candidate, task, { leaseMs }))
      return { task, sentMs, isFirst: candidate.startTimeMs === null };
    index = Math.floor(clock.random() * candidates.length);
  }
}
