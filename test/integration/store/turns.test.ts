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
import { claimNext, type ClaimDeps } from '../../../src/worker/claim-next.js';
import { createTurns } from '../../../src/worker/turns.js';
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

    const deps = (more: Partial<ClaimDeps> = {}): ClaimDeps => ({
      store: opened.store,
      clock: systemClock,
      owner: 'worker-1',
      leaseMs: 60_000,
      turns: createTurns(systemClock),
      ...more,
    });
    const submit = async (tenant: string, count: number, nowMs: number) => {
      const tasks = Array.from({ length: count }, (__, i) => newTask({ id: randomUUID(), tenant, nowMs: nowMs + i }));
      while (tasks.length > 0) await Promise.all(tasks.splice(0, 100).map((task) => opened.store.insert(task, '{}')));
    };
    const claims = async (count: number, using: ClaimDeps): Promise<Task[]> => {
      const tasks: Task[] = [];
      for (let i = 0; i < count; i++) tasks.push((await claimNext(using))!.task);
      return tasks;
    };

    it(
      'takes the task of a tenant that has one next, though another has queued 5,000 before',
      { timeout: 120_000 },
      async () => {
        await submit('acme', 5_000, 1_000);
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

    it('goes round the tenants, each by the rank of its tasks', async () => {
      for (const tenant of ['c', 'a', 'b']) await submit(tenant, 2, 1_000);
      const worker = deps({ turns: { last: 'a', passedOver: false } });
      const taken = await claims(6, worker);
      expect(taken.map(({ tenant }) => tenant)).toEqual(['b', 'c', 'a', 'b', 'c', 'a']);
      expect(taken.map(({ createTimeMs }) => createTimeMs)).toEqual([1_000, 1_000, 1_000, 1_001, 1_001, 1_001]);
      expect(await claimNext(worker)).toBeNull();
    });

    it('passes over a tenant of whose tasks as many run as may, until one has ended', async () => {
      await submit('a', 3, 1_000);
      await submit('b', 3, 1_000);
      const worker = deps({ maxRunning: (tenant) => (tenant === 'a' ? 1 : null) });
      const taken = await claims(4, worker);
      expect(taken.map(({ tenant }) => tenant).sort()).toEqual(['a', 'b', 'b', 'b']);
      expect(await claimNext(worker)).toBeNull();
      expect(worker.turns.passedOver).toBe(true);
      const running = taken.find(({ tenant }) => tenant === 'a')!;
      await opened.store.replace(running, cancelled(running, 5_000), { leaseMs: 0 });
      expect((await claims(1, worker))[0]?.tenant).toBe('a');
    });
  });
});
