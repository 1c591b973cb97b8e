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
        { timeout: 60_000, interval: 10 },
      );
    }

    it('make a task abandoned when they have ended, and not before', async () => {
      const startMs = performance.now();
      const running = await insertRunning(at.store, SHORT_MS);
      expect(await untilAbandoned(running, startMs)).toBeGreaterThanOrEqual(SHORT_MS - SLACK_MS);
    });

    it('are listed as ended neither for queued and ended tasks nor before their end', async () => {
      await insertQueued(at.store);
      await insertRunning(at.store, LONG_MS);
      const held = await insertRunning(at.store, 0);
      await at.store.replace(held, cancelled(held, 3000), { leaseMs: 0 });
      const given = await insertRunning(at.store, 0);
      await at.store.replace(given, handedBack(given, 3000), { leaseMs: 0 });
      const gone = await insertRunning(at.store, 0);
      expect(await abandoned()).toEqual([gone]);
    });

    it('order abandoned tasks by their end, up to the limit', async () => {
      const tasks: Task[] = [];
      for (let i = 0; i < 3; i++) {
        tasks.push(await insertRunning(at.store, 0));
        await nextMillisecond();
      }
      expect(await abandoned()).toEqual(tasks);
      expect(await at.store.abandoned(2, { owner: OWNER })).toEqual(tasks.slice(0, 2));
    });

    it('last their full time from a renewal on, which changes nothing else', async () => {
      const running = await insertRunning(at.store, 0);
      expect(await abandoned()).toEqual([running]);
      const startMs = performance.now();
      expect(
        await at.store.renewLease({ key: running, fence: 1, attemptId: running.attemptId ?? '', leaseMs: SHORT_MS }),
      ).toBe(true);
      expect(await at.store.get(running)).toEqual(running);
      expect(await untilAbandoned(running, startMs)).toBeGreaterThanOrEqual(SHORT_MS - SLACK_MS);
    });

    it('are renewed by a write of progress too', async () => {
      const running = await insertRunning(at.store, 0);
      const further = progressed(
        running,
        {
          phase: 'RENDERING',
          percent: 1,
          framesDone: 1,
          framesTotal: 2,
          outTimeUs: 3,
          speed: 1,
          phaseTimings: [],
          remainingMs: null,
        },
        3000,
      );
      await at.store.replace(running, further, { leaseMs: LONG_MS });
      expect(await abandoned()).toEqual([]);
    });

    it('are not renewed for an attempt that has lost the task', async () => {
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

    it('let a dead worker neither renew nor finish a task that was taken back from it', async () => {
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
      it('protect the task of another living worker', async () => {
        await insertRunning(at.store, LONG_MS);
        expect(await at.store.abandoned(10, { owner: 'worker-2' })).toEqual([]);
      });
    } else if (kind.durable) {
      it('protect no task of another owner where a single process has the file open', async () => {
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
