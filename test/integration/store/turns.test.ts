import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/app/system-clock.js';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { Store } from '../../../src/task/ports/store.js';
import { cancelled } from '../../../src/task/lifecycle.js';
import type { Task } from '../../../src/task/task.js';
import { createClaims, type ClaimDeps } from '../../../src/worker/claim-tasks.js';
import { createTurns, type TurnsDeps } from '../../../src/worker/turns.js';
import { skipWithoutMongod, startMongod } from '../../support/mongod.js';
import { newTask } from '../../support/new-task.js';

interface Opened {
  readonly store: Store;
  close(): Promise<unknown>;
}

async function openSqlite(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-turns-'));
  const store = createSqliteStore({ file: join(folder, 'tasks.db') });
  return { store, close: () => store.close().then(() => rm(folder, { recursive: true })) };
}

async function openMongo(): Promise<Opened> {
  const mongod = await startMongod();
  const store = await createMongoStore({ uri: mongod.uri });
  return { store, close: () => store.close().then(() => mongod.stop()) };
}

describe.each([
  ['SQLite', openSqlite, false],
  ['MongoDB', openMongo, skipWithoutMongod()],
])('the turns of tenants on %s', (_, open, isSkipped) => {
  describe.skipIf(isSkipped)('a claim', () => {
    let opened: Opened;
    beforeEach(async () => (opened = await open()));
    afterEach(() => opened.close());

    /** A worker that hears of the queue as a pool does. */
    const deps = ({ last, ...more }: Partial<Pick<TurnsDeps, 'maxRunning'>> & { last?: string } = {}) => {
      const turns = createTurns({ store: opened.store, clock: systemClock, ...more }, last);
      opened.store.feed.subscribe({
        onHint: ({ state }) => {
          if (state === 'QUEUED') turns.forget();
        },
        onGap: () => undefined,
      });
      return { store: opened.store, clock: systemClock, owner: 'worker-1', leaseMs: 60_000, turns };
    };
    const submit = async (tenant: string, count: number, nowMs: number) => {
      const tasks = Array.from({ length: count }, (__, i) => newTask({ id: randomUUID(), tenant, nowMs: nowMs + i }));
      while (tasks.length > 0) await Promise.all(tasks.splice(0, 100).map((task) => opened.store.insert(task, '{}')));
    };
    /** @param atOnce how many are claimed before the next are. */
    const claims = async (
      count: number,
      using: Omit<ClaimDeps, 'onClaimed' | 'onMissed'>,
      atOnce = 1,
    ): Promise<Task[]> => {
      const tasks: Task[] = [];
      const worker = createClaims({ ...using, onClaimed: ({ task }) => tasks.push(task), onMissed: () => undefined });
      while (tasks.length < count && (await worker.begin(Math.min(atOnce, count - tasks.length))))
        await worker.settled();
      return tasks;
    };
    const claimsAny = async (using: Omit<ClaimDeps, 'onClaimed' | 'onMissed'>) => (await claims(1, using)).length > 0;

    it(
      'takes the task of a tenant that has one next, though another has queued 1,000 before',
      { timeout: 120_000 },
      async () => {
        await submit('acme', 1_000, 1_000);
        const worker = deps();
        await claims(3, worker);
        await submit('briar', 1, 100_000);
        const [next] = await claims(1, worker);
        expect(next?.tenant).toBe('briar');
        // Another worker, which has taken none of theirs yet, takes it within one round.
        await submit('briar', 1, 200_000);
        expect((await claims(2, deps())).map(({ tenant }) => tenant)).toContain('briar');
      },
    );

    it.each([1, 2, 3, 4, 6, 7])('goes round the tenants, each by the rank of its tasks, %i at once', async (atOnce) => {
      for (const tenant of ['c', 'a', 'b']) await submit(tenant, 2, 1_000);
      const worker = deps({ last: 'a' });
      const taken = await claims(6, worker, atOnce);
      const names = taken.map(({ tenant, createTimeMs }) => `${tenant} ${createTimeMs}`);
      const wanted = ['b 1000', 'c 1000', 'a 1000', 'b 1001', 'c 1001', 'a 1001'];
      // Those that are claimed at once come in any order.
      for (let i = 0; i < 6; i += atOnce)
        expect(names.slice(i, i + atOnce).sort()).toEqual(wanted.slice(i, i + atOnce).sort());
      expect(await claimsAny(worker)).toBe(false);
    });

    it('claims the oldest of a tenant alone, each of several at once another', async () => {
      await submit('acme', 10, 1_000);
      const worker = deps();
      const taken = await claims(8, worker, 8);
      expect(taken.map(({ createTimeMs }) => createTimeMs - 1_000).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(await claims(8, worker, 8)).toHaveLength(2);
    });

    it('looks at the queue once for many claims, until another task is queued', async () => {
      await submit('acme', 12, 1_000);
      let looks = 0;
      const store: Store = {
        ...opened.store,
        queued: (...asked) => {
          looks += 1;
          return opened.store.queued(...asked);
        },
      };
      const clock = { ...systemClock, monotonicMs: () => 0 };
      const turns = createTurns({ store, clock }, 'acme');
      const worker = { store, clock, owner: 'worker-1', leaseMs: 60_000, turns };
      const ages = async (count: number) => (await claims(count, worker)).map(({ createTimeMs }) => createTimeMs);
      expect(await ages(8)).toEqual(Array.from({ length: 8 }, (__, i) => 1_000 + i));
      // After the last tenant, and from the first one on.
      expect(looks).toBe(2);
      await submit('acme', 1, 500);
      turns.forget();
      expect(await ages(2)).toEqual([500, 1_008]);
    });

    it('looks again after a claim that another worker was faster with', async () => {
      await submit('acme', 3, 1_000);
      const [one, other] = [deps({ last: 'acme' }), deps({ last: 'acme' })];
      await claims(1, one);
      // What the first has left over is gone.
      expect(await claims(2, other)).toHaveLength(2);
      expect(await claimsAny(one)).toBe(false);
      await submit('acme', 1, 2_000);
      expect((await claims(1, one))[0]?.createTimeMs).toBe(2_000);
    });

    it('claims all, each once, where several workers claim several at once', async () => {
      await submit('acme', 60, 1_000);
      await submit('briar', 60, 1_000);
      const taken = await Promise.all(Array.from({ length: 4 }, () => claims(120, deps(), 5)));
      expect(new Set(taken.flat().map(({ id }) => id)).size).toBe(120);
      expect(taken.flat()).toHaveLength(120);
    });

    it.each([1, 3])(
      'passes over a tenant of whose tasks as many run as may, until one has ended, %i at once',
      async (atOnce) => {
        await submit('a', 3, 1_000);
        await submit('b', 3, 1_000);
        const worker = deps({ maxRunning: (tenant) => (tenant === 'a' ? 1 : null) });
        const taken = await claims(4, worker, atOnce);
        expect(taken.map(({ tenant }) => tenant).sort()).toEqual(['a', 'b', 'b', 'b']);
        expect(await claimsAny(worker)).toBe(false);
        expect(worker.turns.hasPassedOver()).toBe(true);
        const running = taken.find(({ tenant }) => tenant === 'a')!;
        await opened.store.replace(running, cancelled(running, 5_000), { leaseMs: 0 });
        expect((await claims(1, worker))[0]?.tenant).toBe('a');
      },
    );
  });
});
