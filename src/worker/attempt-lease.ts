import type { Clock } from '../task/ports/clock.js';
import type { TaskStore } from '../task/ports/task-store.js';
import { handedBack, lossWithdrawn } from '../task/lifecycle.js';
import { isTerminal, type Task, type TaskKey } from '../task/task.js';

/** Why an attempt has lost its lease: a caller cancelled the task, or the lease ended and others may have the task. */
export type LossReason = 'cancelled' | 'lost';

/** This attempt no longer has the lease on its task: its results are void. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
  readonly reason: LossReason;

  constructor(reason: LossReason) {
    super(
      reason === 'cancelled'
        ? 'lease lost: the task was cancelled'
        : 'lease lost: it ended, or the task was claimed by another worker',
    );
    this.reason = reason;
  }
}

export interface AttemptLeaseOptions {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly leaseMs: number;
}

/**
 * The lease of one attempt on its task, and the only writer of that task while it lasts. One write at a time: callers wait for
 * one before they begin the next. Every write is conditional on the fence and the attempt id.
 */
export class AttemptLease {
  readonly key: TaskKey;
  readonly fence: number;
  readonly attemptId: string;
  readonly #options: AttemptLeaseOptions;
  #task: Task;
  #renewedMs: number;

  /** @param claimSentMs monotonic time *before* the claim was sent: the lease is at least as long from the store's point of view. */
  constructor(task: Task, claimSentMs: number, options: AttemptLeaseOptions) {
    this.key = { tenant: task.tenant, id: task.id };
    this.fence = task.fence;
    this.attemptId = task.attemptId ?? '';
    this.#task = task;
    this.#options = options;
    this.#renewedMs = claimSentMs;
  }

  /** Monotonic time at which the last renewal that is known to have arrived was sent. */
  get renewedMs(): number {
    return this.#renewedMs;
  }

  /** Whether the lease may have run out, so that another worker may have the task. Never in a store that this process alone has open. */
  get mayHaveExpired(): boolean {
    if (this.#options.store.isExclusive) return false;
    return this.#options.clock.monotonicMs() > this.#renewedMs + this.#options.leaseMs;
  }

  /**
   * Stores the state that `change` makes of the newest one, and renews the lease with it.
   * @throws LeaseLostError; CallError STORE_UNAVAILABLE, then it may or may not be stored, and repeating the call settles that.
   */
  async change(change: (task: Task) => Task): Promise<Task> {
    for (;;) {
      const to = change(this.#task);
      const sentMs = this.#options.clock.monotonicMs();
      if (await this.#options.store.replace(this.#task, to, { leaseMs: this.#options.leaseMs })) {
        this.#task = to;
        this.#renewedMs = sentMs;
        return to;
      }
      const stored = await this.#options.store.get(this.key);
      if (!stored) throw new LeaseLostError('lost');
      // Applied after all: the answer to an earlier try of this very write was lost.
      if (isSameChange(stored, to)) return stored;
      if (!this.owns(stored)) throw new LeaseLostError(lossOf(stored));
      this.#task = stored;
    }
  }

  /** Extends the lease without a change of the task. @throws LeaseLostError; CallError STORE_UNAVAILABLE. */
  async renew(): Promise<void> {
    const { store, clock, leaseMs } = this.#options;
    const sentMs = clock.monotonicMs();
    const renewed = await store.renewLease({ key: this.key, fence: this.fence, attemptId: this.attemptId, leaseMs });
    if (!renewed) throw new LeaseLostError(lossOf(await store.get(this.key)));
    this.#renewedMs = sentMs;
  }

  /** Asks the store whether this attempt has the task now. @throws LeaseLostError; CallError STORE_UNAVAILABLE. */
  async confirm(): Promise<void> {
    const stored = await this.#options.store.get(this.key);
    if (!stored || !this.owns(stored)) throw new LeaseLostError(lossOf(stored));
  }

  /**
   * Makes good that this worker was taken for dead though it lives: hands back the task if nobody has taken it, or withdraws the loss that
   * was counted for this attempt. @returns the task when it was handed back. @throws CallError STORE_UNAVAILABLE: repeat the call.
   */
  async giveBack(): Promise<Task | null> {
    const { store, clock } = this.#options;
    for (;;) {
      const stored = await store.get(this.key);
      if (!stored) return null;
      const isOurs = this.owns(stored);
      // Two fences on, others have ended attempts at it, and with them the row of losses.
      const isCounted = stored.workerLosses > this.#task.workerLosses && stored.fence <= this.fence + 1;
      if (!isOurs && (!isCounted || isTerminal(stored.state))) return null;
      const to = isOurs ? handedBack(stored, clock.nowMs()) : lossWithdrawn(stored, clock.nowMs());
      // The write of another's running attempt does not shorten its lease.
      if (await store.replace(stored, to, { leaseMs: this.#options.leaseMs })) return isOurs ? to : null;
    }
  }

  /** Whether this attempt has the lease, by a stored state of the task. */
  owns(task: Task): boolean {
    return task.state === 'RUNNING' && task.fence === this.fence && task.attemptId === this.attemptId;
  }
}

/** Why a lease is lost, by the stored state of the task; null: it was removed. */
export function lossOf(stored: Pick<Task, 'state'> | null): LossReason {
  return stored?.state === 'CANCELLED' ? 'cancelled' : 'lost';
}

/** A change that ends an attempt leaves no attempt id behind; fence, revision, state and time of the change distinguish it from any other. */
function isSameChange(stored: Task, to: Task): boolean {
  return (
    stored.revision === to.revision &&
    stored.fence === to.fence &&
    stored.state === to.state &&
    stored.attemptId === to.attemptId &&
    stored.updateTimeMs === to.updateTimeMs
  );
}
