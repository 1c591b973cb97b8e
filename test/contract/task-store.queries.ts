import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/task/ports/store.js';
import type { ListCursor, ListQuery } from '../../src/task/ports/task-store.js';
import type { Task } from '../../src/task/task.js';
import { cancelled, succeeded } from '../../src/task/lifecycle.js';
import { eventually } from '../support/eventually.js';
import {
  claim,
  insertQueued,
  insertRunning,
  LONG_MS,
  OWNER,
  useStore,
  type StoreKind,
  listOf,
  pageOf,
} from './store-under-test.js';

const lease = { leaseMs: LONG_MS };

/** Order and paging of what a store lists. */
export function describeQueries(kind: StoreKind): void {
  describe('queued', () => {
    const at = useStore(kind);

    it('lists the queued tasks of the next tenant by name, oldest first, up to the limit', async () => {
      const last = await insertQueued(at.store, { nowMs: 5, tenant: 'b' });
      const second = await insertQueued(at.store, { nowMs: 20, tenant: 'a' });
      const first = await insertQueued(at.store, { nowMs: 10, tenant: 'a' });
      await insertRunning(at.store, LONG_MS, { tenant: 'a.b' });
      const after = (tenant: string, limit = 10) => at.store.queued(limit, { after: tenant });
      expect(await after('')).toEqual([first, second]);
      expect(await after('', 1)).toEqual([first]);
      expect([await after('a'), await after('a.b'), await after('b'), await after('zoo')]).toEqual([
        [last],
        [last],
        [],
        [],
      ]);
    });

    it('counts the queue of each tenant, and tells its ranks', async () => {
      expect([await at.store.queuedByTenant(), await at.store.queuedRanks('a', 9)]).toEqual([[], []]);
      for (const nowMs of [30, 10, 20]) await insertQueued(at.store, { nowMs, tenant: 'a' });
      await insertQueued(at.store, { nowMs: 40, tenant: 'b' });
      await insertRunning(at.store, LONG_MS, { tenant: 'c' });
      const counts = [...(await at.store.queuedByTenant())].sort((x, y) => (x.tenant < y.tenant ? -1 : 1));
      expect(counts).toEqual([
        { tenant: 'a', queued: 3 },
        { tenant: 'b', queued: 1 },
      ]);
      expect(await at.store.queuedRanks('a', 2)).toEqual([10, 20]);
    });

    it('counts the tasks of a tenant in a state, up to a limit', async () => {
      for (let i = 0; i < 3; i++) await insertQueued(at.store, { tenant: 'a' });
      await insertRunning(at.store, LONG_MS, { tenant: 'a' });
      await insertRunning(at.store, LONG_MS, { tenant: 'b' });
      const count = (tenant: string, state: Task['state'], upTo = 100) => at.store.countIn(tenant, state, upTo);
      expect([await count('a', 'QUEUED'), await count('a', 'QUEUED', 2), await count('a', 'RUNNING')]).toEqual([
        3, 2, 1,
      ]);
      expect([await count('b', 'QUEUED'), await count('none', 'RUNNING'), await count('a', 'FAILED')]).toEqual([
        0, 0, 0,
      ]);
    });

    it('leaves out running and ended tasks, and lists a requeued one again', async () => {
      const running = await insertRunning(at.store, LONG_MS, { nowMs: 10 });
      const waiting = await insertQueued(at.store, { nowMs: 20 });
      const ended = await insertQueued(at.store, { nowMs: 30 });
      await at.store.replace(ended, cancelled(ended, 40), lease);
      expect(await at.store.queued(10, { after: '' })).toEqual([waiting]);
      const back: Task = { ...running, state: 'QUEUED', revision: running.revision + 1, attemptId: null, owner: null };
      await at.store.replace(running, back, lease);
      expect(await at.store.queued(10, { after: '' })).toEqual([back, waiting]);
    });

    it('gives each of 100 tasks to exactly one of 32 concurrent claimers', { timeout: 60_000 }, async () => {
      const tasks = await Promise.all(Array.from({ length: 100 }, (_, i) => insertQueued(at.store, { nowMs: i })));
      const claims: string[] = [];
      const claimer = async (owner: string): Promise<void> => {
        for (;;) {
          const head = await at.store.queued(8, { after: '' });
          const choice = head[Math.floor(Math.random() * head.length)];
          if (choice === undefined) return;
          if (await at.store.replace(choice, claim(choice, owner), lease)) claims.push(choice.id);
        }
      };
      await Promise.all(Array.from({ length: 32 }, (_, i) => claimer(`w${i}`)));
      expect(claims.sort()).toEqual(tasks.map((task) => task.id).sort());
      for (const task of tasks)
        expect(await at.store.get(task)).toMatchObject({ state: 'RUNNING', fence: 1, attempt: 1, revision: 2 });
    });
  });

  describe('the limits of tenants', () => {
    const at = useStore(kind);

    it('sum the bytes of the outputs of a tenant, with all their files', async () => {
      const frameRate = { num: 30, den: 1 };
      const facts = {
        durationUs: 1,
        width: 2,
        height: 2,
        frameRate,
        frameCount: 1,
        videoCodec: '',
        audioCodec: '',
        sha256: '',
      };
      const part = { name: 'p', contentType: 'image/jpeg', sizeBytes: 7 };
      const outputs = [
        { key: 'a', location: 'a', sizeBytes: 2 ** 40, ...facts, parts: [part, part] },
        { key: 'b', location: 'b', sizeBytes: 5, ...facts },
      ];
      const done: Task[] = [];
      for (const tenant of ['a', 'a', 'b']) {
        const running = await insertRunning(at.store, LONG_MS, { tenant });
        const ended = succeeded(running, { outputs, warnings: [] }, 5000);
        expect(await at.store.replace(running, ended, lease)).toBe(true);
        done.push(ended);
      }
      const bytes = 2 ** 40 + 19;
      expect([await at.store.outputBytes('a'), await at.store.outputBytes('b')]).toEqual([2 * bytes, bytes]);
      expect(await at.store.get(done[0]!)).toEqual(done[0]);
      await at.store.remove(done[0]!);
      expect([await at.store.outputBytes('a'), await at.store.outputBytes('none')]).toEqual([bytes, 0]);
    });

    it('let each tenant submit as many at once as its rate has, and tell the others when', async () => {
      const rate = { perSecond: 0.1, burst: 5 };
      const taken = await Promise.all(Array.from({ length: 12 }, () => at.store.takeSubmit('a', rate)));
      expect(taken.filter((waitMs) => waitMs === null)).toHaveLength(5);
      for (const waitMs of taken.filter((wait) => wait !== null)) {
        expect(waitMs).toBeGreaterThan(0);
        expect(waitMs).toBeLessThanOrEqual(50_000);
      }
      expect(await at.store.takeSubmit('b', rate)).toBeNull();
      expect(await at.store.takeSubmit('a', { perSecond: 100, burst: 1 })).toBeNull();
      await eventually(
        'the window is over',
        async () => (await at.store.takeSubmit('a', { perSecond: 100, burst: 1 })) === null,
      );
    });

    it.runIf(kind.shared)('count the submits of all processes together', async () => {
      const rate = { perSecond: 0.1, burst: 5 };
      const other = await at.open();
      const taken = await Promise.all(
        Array.from({ length: 12 }, (_, i) => (i % 2 ? other : at.store).takeSubmit('a', rate)),
      );
      expect(taken.filter((waitMs) => waitMs === null)).toHaveLength(5);
    });
  });

  describe('list', () => {
    const at = useStore(kind);

    it('counts the tasks of one tenant', async () => {
      expect(await at.store.count('default')).toBe(0);
      for (let i = 0; i < 3; i++) await insertQueued(at.store, { nowMs: i });
      await insertQueued(at.store, { tenant: 'other' });
      expect([await at.store.count('default'), await at.store.count('other'), await at.store.count('none')]).toEqual([
        3, 1, 0,
      ]);
    });

    it('returns the position of a place in the list, newest first', async () => {
      for (let i = 1; i <= 3; i++) await insertQueued(at.store, { id: `task-${i}`, nowMs: i });
      await insertQueued(at.store, { tenant: 'other', nowMs: 9 });
      expect(await at.store.positionOf('default', 1)).toMatchObject({ createTimeMs: 3, id: 'task-3' });
      expect(await at.store.positionOf('default', 3)).toMatchObject({ createTimeMs: 1, id: 'task-1' });
      expect(await at.store.positionOf('default', 4)).toBeNull();
      expect(await at.store.positionOf('none', 1)).toBeNull();
    });

    it('returns the position at which a page ends, and none for the last', async () => {
      for (let i = 1; i <= 3; i++) await insertQueued(at.store, { id: `task-${i}`, nowMs: i });
      expect((await pageOf(at.store, { limit: 2 })).next).toMatchObject({ createTimeMs: 2, id: 'task-2' });
      expect((await pageOf(at.store, { limit: 4 })).next).toBeNull();
    });

    it('returns the tasks of one tenant, newest first and ties by id, in pages without gap or repetition', async () => {
      const tasks: Task[] = [];
      for (let i = 0; i < 23; i++)
        tasks.push(await insertQueued(at.store, { nowMs: 1000 + Math.floor(i / 7), id: randomUUID() }));
      await insertQueued(at.store, { tenant: 'other', nowMs: 5000 });
      const expected = tasks.sort((a, b) => b.createTimeMs - a.createTimeMs || (a.id < b.id ? 1 : -1));
      for (const limit of [1, 5, 23, 100]) expect(await allPages(at.store, limit)).toEqual(expected);
    });

    it.each(['newest-first', 'oldest-first'] as const)(
      'keeps pages stable while tasks come, change and go (%s)',
      async (order) => {
        const tasks: Task[] = [];
        for (let i = 0; i < 9; i++) tasks.push(await insertQueued(at.store, { nowMs: 1000 }));
        const expected = tasks.map((task) => task.id).sort();
        if (order === 'newest-first') expected.reverse();
        // What was on the page before goes, the cursor's own task included; what comes does so in front of it.
        const seen = await allPages(at.store, 2, {
          order,
          between: async (page) => {
            for (const task of page) expect(await at.store.remove(task)).toBe(true);
            await insertQueued(at.store, { nowMs: order === 'newest-first' ? 2000 : 500, id: `new-${randomUUID()}` });
            const next = tasks.find((task) => task.id === expected.at(-1));
            if (next !== undefined) await at.store.replace(next, claim(next, OWNER), lease);
          },
        });
        expect(seen.map((task) => task.id)).toEqual(expected);
      },
    );
  });
}

interface Paging {
  readonly order?: ListQuery['order'];
  readonly between?: (page: readonly Task[]) => Promise<void>;
}

async function allPages(
  store: Store,
  limit: number,
  { order = 'newest-first', between }: Paging = {},
): Promise<Task[]> {
  const seen: Task[] = [];
  let after: ListCursor | null = null;
  for (;;) {
    const page: readonly Task[] = await listOf(store, { limit, order, after });
    expect(page.length).toBeLessThanOrEqual(limit);
    seen.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return seen;
    after = { createTimeMs: last.createTimeMs, id: last.id };
    await between?.(page);
  }
}
