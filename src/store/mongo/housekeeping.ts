import { setTimeout as sleep } from 'node:timers/promises';
import type { Calls } from './calls.js';
import type { Collections } from './collections.js';
import { sweepSpecs } from './specs.js';
import { moveSpecs, type Upgrade } from './upgrade.js';

export interface HousekeepingOptions {
  readonly upgrade: Upgrade;
  readonly onError: (cause: unknown) => void;
  readonly signal: AbortSignal;
}

const CHECK_MS = 5_000;
const SWEEP_MS = 3_600_000;

/** Goes on with the upgrade until it is done, then moves and sweeps specs at once and every hour. Any number of processes may do it. */
export async function keepHouse(calls: Calls, collections: Collections, options: HousekeepingOptions): Promise<void> {
  const { upgrade, onError, signal } = options;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      await upgrade.check();
      if (upgrade.isDone()) {
        await moveSpecs(calls, collections);
        await sweepSpecs(calls, collections);
      }
    } catch (error) {
      if (!isOver()) onError(error);
    }
    // Rejects when aborted, which the loop sees for itself.
    await sleep(upgrade.isDone() ? SWEEP_MS : CHECK_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
