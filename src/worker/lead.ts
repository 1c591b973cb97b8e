import type { Clock } from '../task/ports/clock.js';
import type { LeadStore } from '../task/ports/lead-store.js';

export interface LeadDeps {
  readonly store: LeadStore;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly owner: string;
  readonly sweepIntervalMs: number;
}

/** Whether this process is the one that sweeps. */
export interface Lead {
  /** Asks the store, unless it has just heard that another has the lead. @throws CallError STORE_UNAVAILABLE. */
  has(): Promise<boolean>;
  /** Lets another take it. */
  giveUp(): Promise<void>;
}

/** So many intervals the lead lasts. Below a lease of a task: a sweeper that dies with its worker delays nothing. */
const INTERVALS = 3;

/** @param onFree called when another has given up the lead. */
export function followLead({ store, clock, owner, sweepIntervalMs }: LeadDeps, onFree: () => void): Lead {
  const leaseMs = INTERVALS * sweepIntervalMs;
  let isOurs = false;
  /** Until then it is another's, as far as is known. */
  let othersUntilMs = -Infinity;
  const unsubscribe = store.signals?.subscribe({
    onLead(state) {
      if (isOurs) return;
      othersUntilMs = state === 'HELD' ? clock.monotonicMs() + leaseMs : -Infinity;
      if (state === 'FREE') onFree();
    },
    onGap() {
      othersUntilMs = -Infinity;
    },
  });

  return {
    async has() {
      if (!isOurs && clock.monotonicMs() < othersUntilMs) return false;
      isOurs = await store.lead(owner, { leaseMs });
      // Its own change may have been heard of before the answer.
      othersUntilMs = isOurs || !store.signals ? -Infinity : clock.monotonicMs() + leaseMs;
      return isOurs;
    },
    async giveUp() {
      unsubscribe?.();
      if (isOurs) await store.resign(owner);
    },
  };
}
