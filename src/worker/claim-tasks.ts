import type { Clock } from '../task/ports/clock.js';
import type { TaskStore } from '../task/ports/task-store.js';
import type { Task } from '../task/task.js';
import { claimed } from '../task/lifecycle.js';
import type { Head, Turns } from './turns.js';

export interface Claim {
  readonly task: Task;
  /** Monotonic time before the claim was sent. */
  readonly sentMs: number;
  /** The first claim since the submit or retry of the task. */
  readonly isFirst: boolean;
}

export interface ClaimDeps {
  readonly store: Pick<TaskStore, 'replace'>;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly owner: string;
  readonly leaseMs: number;
  /** Called for each task as soon as it is claimed. */
  readonly onClaimed: (claim: Claim) => void;
  /** A claim has ended without a task: what it was to fill is free again. */
  readonly onMissed: () => void;
}

/** The claims of one worker. Each goes on by itself, so that a slot that becomes free waits for no claim of another. */
export interface Claims {
  /** Claims under way. */
  underWay(): number;
  /**
   * Begins claims of the oldest queued tasks of the tenants whose turn it is, 1 to `count` at once. One call at a time.
   * @returns whether there were any to claim. @throws CallError STORE_UNAVAILABLE, also for an earlier claim: it may have been stored, and is swept when its lease ends.
   */
  begin(count: number): Promise<boolean>;
  /** Resolves when no claim is under way. @throws as `begin`. */
  settled(): Promise<void>;
}

export function createClaims(deps: ClaimDeps): Claims {
  const underWay = new Set<Promise<void>>();
  let failure: { readonly cause: unknown } | null = null;

  function throwFailure(): void {
    const failed = failure;
    failure = null;
    if (failed) throw failed.cause;
  }

  function start(head: Head): void {
    const end = (then: () => void) => {
      underWay.delete(claim);
      then();
    };
    const claim: Promise<void> = claimOneOf(deps, head.candidates).then(
      (task) => {
        end(() => {
          if (task) deps.onClaimed(task);
          else deps.onMissed();
        });
      },
      (cause: unknown) => {
        failure = { cause };
        end(deps.onMissed);
      },
    );
    underWay.add(claim);
  }

  return {
    underWay: () => underWay.size,
    async begin(count) {
      throwFailure();
      const heads = await deps.turns.next(count);
      for (const head of heads) start(head);
      return heads.length > 0;
    },
    async settled() {
      await Promise.all(underWay);
      throwFailure();
    },
  };
}

/**
 * Claims the first, or one at random while other workers claim the same: workers that all go for the head of the queue slow each other down the more of them
 * there are. After a claim that was lost the queue is looked at again: others have taken more of these.
 */
async function claimOneOf(
  { store, clock, owner, leaseMs, turns }: ClaimDeps,
  candidates: Task[],
): Promise<Claim | null> {
  const sentMs = clock.monotonicMs();
  const index = turns.isContested() ? Math.floor(clock.random() * candidates.length) : 0;
  const [candidate] = candidates.splice(index, 1);
  if (!candidate) return null;
  const task = claimed(candidate, { attemptId: clock.newAttemptId(), owner, nowMs: clock.nowMs() });
  if (await store.replace(candidate, task, { leaseMs }))
    return { task, sentMs, isFirst: candidate.startTimeMs === null };
  turns.lost();
  return null;
}
