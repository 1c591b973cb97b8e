import { describe, expect, it } from 'vitest';
import { cancelled, progressed } from '../../src/task/lifecycle.js';
import { deliveryTaken } from '../../src/task/deliveries.js';
import type { Task } from '../../src/task/task.js';
import { eventually } from '../support/eventually.js';
import { claim, insertQueued, LONG_MS, OWNER, type StoreKind, useStore } from './store-under-test.js';

const NOTIFY = [{ url: 'https://a.test/', events: ['ENDED', 'STATE_CHANGED'] as const, secretId: null }];

/** What every store must do for deliveries. */
export function describeDeliveries(kind: StoreKind): void {
  describe('deliveries', () => {
    const at = useStore(kind);

    /** A task that was cancelled at that time, and so has an event due. */
    async function ended(nowMs: number): Promise<Task> {
      const queued = await insertQueued(at.store, { notify: NOTIFY });
      const task = cancelled(queued, nowMs);
      await at.store.replace(queued, task, { leaseMs: 0 });
      return task;
    }

    it('finds the tasks with deliveries that are due, the longest due first, and counts those that have any', async () => {
      await insertQueued(at.store);
      const [late, early, future] = [await ended(3_000), await ended(2_000), await ended(9_000)];
      expect(await at.store.withDueDeliveries(10, { nowMs: 5_000 })).toEqual([early, late]);
      expect(await at.store.withDueDeliveries(1, { nowMs: 5_000 })).toEqual([early]);
      expect((await at.store.stats()).awaitingDelivery).toBe(3);
      const taken = deliveryTaken(
        future,
        { target: 0, revision: 2 },
        { nowMs: 9_000, untilMs: 9_500, maxAttempts: 0 },
      )!;
      expect(taken.nextDeliveryMs).toBeNull();
      await at.store.replace(future, taken, { leaseMs: null });
      expect(await at.store.withDueDeliveries(10, { nowMs: 99_000 })).toEqual([early, late]);
      expect((await at.store.stats()).awaitingDelivery).toBe(2);
    });

    it('leaves the lease of a running attempt as it is by a change that says so', async () => {
      const queued = await insertQueued(at.store);
      const running = claim(queued);
      await at.store.replace(queued, running, { leaseMs: LONG_MS });
      const report = { phase: 'RENDERING', percent: 1, framesDone: 1, framesTotal: 9, outTimeUs: 1, speed: 1 } as const;
      const next = (task: Task) => progressed(task, { ...report, phaseTimings: [], remainingMs: null }, 3_000);
      const second = next(running);
      expect(await at.store.replace(running, second, { leaseMs: null })).toBe(true);
      expect(await at.store.abandoned(10, { owner: OWNER })).toEqual([]);
      const third = next(second);
      await at.store.replace(second, third, { leaseMs: 0 });
      const fourth = next(third);
      await at.store.replace(third, fourth, { leaseMs: null });
      await eventually('the lease that had ended', async () => {
        const found = await at.store.abandoned(10, { owner: OWNER });
        return found.length === 1 && found[0]!.revision === fourth.revision;
      });
    });
  });
}
