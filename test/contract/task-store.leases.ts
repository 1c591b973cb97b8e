import { describe, expect, it, vi } from 'vitest';
import { cancelled, handedBack, progressed } from '../../src/task/lifecycle.js';
import type { Task } from '../../src/task/task.js';
import { claim, insertQueued, insertRunning, LONG_MS, OWNER, useStore, type StoreKind } from './store-under-test.js';

const SHORT_MS = 400;
/** Clocks of store and test are read at slightly different moments, and count whole milliseconds. */
const SLACK_MS = 5;

/** Who holds a task, and for how long. */
export function describeLeases(kind: StoreKind): void {
  describe('leases', () => {
    const at = useStore(kind);
    const abandoned = (): Promise<readonly Task[]> => at.store.abandoned(10, { owner: OWNER });

    /** Resolves when the task is listed as abandoned, with the time since `sinceMs`. */
    async function untilAbandoned(task: Task, sinceMs: number): Promise<number> {
      return vi.waitFor(
        async () => {
          expect(await abandoned()).toContainEqual(task);
          return performance.now() - sinceMs;
        },
        { timeout: 10_000, interval: 10 },
      );
    }

    it('a task is abandoned once its lease has ended, and not before', async () => {
      const startMs = performance.now();
      const running = await insertRunning(at.store, SHORT_MS);
      expect(await untilAbandoned(running, startMs)).toBeGreaterThanOrEqual(SHORT_MS - SLACK_MS);
    });

    it('leaves out queued and ended tasks, and tasks with a lease', async () => {
      await insertQueued(at.store);
      await insertRunning(at.store, LONG_MS);
      const held = await insertRunning(at.store, 0);
      await at.store.replace(held, cancelled(held, 3000), { leaseMs: 0 });
      const given = await insertRunning(at.store, 0);
      await at.store.replace(given, handedBack(given, 3000), { leaseMs: 0 });
      const gone = await insertRunning(at.store, 0);
      expect(await abandoned()).toEqual([gone]);
    });

    it('lists tasks by the end of their lease, up to the limit', async () => {
      const tasks: Task[] = [];
      for (let i = 0; i < 3; i++) {
        tasks.push(await insertRunning(at.store, 0));
        await nextMillisecond();
      }
      expect(await abandoned()).toEqual(tasks);
      expect(await at.store.abandoned(2, { owner: OWNER })).toEqual(tasks.slice(0, 2));
    });

    it('renewing gives the lease its full time from then on, and changes nothing else', async () => {
      const running = await insertRunning(at.store, 0);
      expect(await abandoned()).toEqual([running]);
      const startMs = performance.now();
      expect(
        await at.store.renewLease({ key: running, fence: 1, attemptId: running.attemptId ?? '', leaseMs: SHORT_MS }),
      ).toBe(true);
      expect(await at.store.get(running)).toEqual(running);
      expect(await untilAbandoned(running, startMs)).toBeGreaterThanOrEqual(SHORT_MS - SLACK_MS);
    });

    it('a progress write renews the lease as well', async () => {
      const running = await insertRunning(at.store, 0);
      const further = progressed(
        running,
        { phase: 'RENDERING', percent: 1, framesDone: 1, framesTotal: 2, outTimeUs: 3, speed: 1 },
        3000,
      );
      await at.store.replace(running, further, { leaseMs: LONG_MS });
      expect(await abandoned()).toEqual([]);
    });

    it('renews no lease of an attempt that has lost the task', async () => {
      const running = await insertRunning(at.store, 0);
      const right = { key: running, fence: 1, attemptId: running.attemptId ?? '', leaseMs: LONG_MS };
      for (const wrong of [
        { attemptId: 'stranger' },
        { fence: 0 },
        { fence: 2 },
        { key: { tenant: 'other', id: running.id } },
      ]) {
        expect(await at.store.renewLease({ ...right, ...wrong })).toBe(false);
      }
      expect(await abandoned()).toEqual([running]);
      await at.store.replace(running, cancelled(running, 3000), { leaseMs: 0 });
      expect(await at.store.renewLease(right)).toBe(false);
      const queued = await insertQueued(at.store);
      expect(await at.store.renewLease({ ...right, key: queued, fence: 0 })).toBe(false);
    });

    it('lets a dead worker neither renew nor finish a task that was taken back from it', async () => {
      const running = await insertRunning(at.store, 0);
      const back = handedBack(running, 3000);
      await at.store.replace(running, back, { leaseMs: 0 });
      const second = claim(back, 'worker-2');
      await at.store.replace(back, second, { leaseMs: LONG_MS });
      expect(
        await at.store.renewLease({ key: running, fence: 1, attemptId: running.attemptId ?? '', leaseMs: 1 }),
      ).toBe(false);
      expect(await at.store.replace(running, cancelled(running, 4000), { leaseMs: 0 })).toBe(false);
      expect(await at.store.get(running)).toEqual(second);
    });

    if (kind.shared) {
      it('a task of another living worker is not abandoned', async () => {
        await insertRunning(at.store, LONG_MS);
        expect(await at.store.abandoned(10, { owner: 'worker-2' })).toEqual([]);
      });
    } else if (kind.durable) {
      it('a task of any other owner is abandoned at once: nobody else can have the file open', async () => {
        const running = await insertRunning(at.store, LONG_MS);
        expect(await at.store.abandoned(10, { owner: OWNER })).toEqual([]);
        expect(await at.store.abandoned(10, { owner: 'worker-2' })).toEqual([running]);
      });
    }
  });
}

/** Leases are told apart by the millisecond. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  await vi.waitUntil(() => Date.now() > now + 1, { interval: 1 });
}
