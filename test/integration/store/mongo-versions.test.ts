import { randomUUID } from 'node:crypto';
import { MongoClient, type Collection } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import type { TaskDocument } from '../../../src/store/mongo/task-document.js';
import type { TaskStore } from '../../../src/task/ports/task-store.js';
import { cancelled, retried } from '../../../src/task/transitions.js';
import { claim, listOf, LONG_MS } from '../../contract/store-under-test.js';
import { firstVersionTasks, isComplete, type FirstVersionTask } from '../../support/first-version.js';
import { skipWithoutMongod, startMongod, type Mongod } from '../../support/mongod.js';

const WEEK_MS = 7 * 24 * 3_600_000;
const lease = { leaseMs: LONG_MS };

describe.skipIf(skipWithoutMongod())('a MongoDB collection of the first version', () => {
  const { queued, running, ended } = firstVersionTasks();
  let mongod: Mongod;
  let client: MongoClient;
  let tasks: Collection<TaskDocument>;
  let store: TaskStore;
  let openedAtMs: number;

  beforeAll(async () => {
    mongod = await startMongod();
    client = await new MongoClient(mongod.uri, { appName: 'test' }).connect();
  });
  afterAll(async () => {
    await client.close();
    await mongod.stop();
  });
  beforeEach(async () => {
    const database = `versions-${randomUUID()}`;
    tasks = client.db(database).collection<TaskDocument>('tasks');
    await tasks.createIndexes([{ key: { createTimeMs: 1, _id: 1 }, name: 'queued', partialFilterExpression: { state: 'QUEUED' } }]);
    for (const task of [queued, running, ended]) await insertOld(task);
    openedAtMs = Date.now();
    store = await createMongoStore({ uri: mongod.uriOf(database) });
  });
  afterEach(async () => {
    await store.close();
  });

  async function insertOld({ id, ...fields }: FirstVersionTask): Promise<void> {
    await tasks.insertOne({ _id: { tenant: fields.tenant, id }, ...fields, spec: `"${id}"` } as TaskDocument);
  }

  it('opens, and its tasks have what they lacked, and are else as they were', async () => {
    for (const old of [queued, running, ended]) {
      const task = await store.get(old);
      expect(task).toMatchObject({ ...old, labels: {}, priority: 0, queueRankMs: 1000, ttlMs: WEEK_MS, queueDeadlineMs: null, phaseTimings: [], submitWarnings: [] });
      expect(isComplete(task)).toBe(true);
      expect(await store.getSpec(old)).toBe(`"${old.id}"`);
    }
    expect(await listOf(store)).toHaveLength(3);
    expect(await store.stats()).toEqual({ queued: 1, running: 1, oldestQueuedTimeMs: 1000 });
  });

  it('lets its tasks go on: claim, cancel, retry, removal', async () => {
    const [waiting] = await store.queued(10);
    expect(waiting?.id).toBe('queued');
    const taken = claim(waiting!);
    expect(await store.replace(waiting!, taken, lease)).toBe(true);
    const stopped = cancelled(taken, 3000);
    expect(await store.replace(taken, stopped, lease)).toBe(true);
    const again = retried(stopped, 4000);
    expect(await store.replace(stopped, again, lease)).toBe(true);
    expect(await store.get(queued)).toEqual(again);
    expect(await store.remove(again)).toBe(true);
  });

  it('nothing expires at once: what has ended is kept for a week more, and what waits has no deadline', async () => {
    const kept = (await store.get(ended))?.expireTimeMs ?? 0;
    expect(kept).toBeGreaterThanOrEqual(openedAtMs + WEEK_MS);
    expect(kept).toBeLessThanOrEqual(Date.now() + WEEK_MS);
    expect(await store.overdue(10, { nowMs: Number.MAX_SAFE_INTEGER })).toEqual([]);
    expect(await store.expired(10, { nowMs: kept })).toEqual([]);
    expect(await store.expired(10, { nowMs: kept + 1 })).toMatchObject([{ id: 'ended' }]);
  });

  it('its index of claims has made way for the new ones', async () => {
    const names = (await tasks.indexes()).map(({ name }) => name);
    expect(names).not.toContain('queued');
    expect(names).toEqual(expect.arrayContaining(['rank', 'waiting', 'overdue', 'expired', 'leases', 'request', 'list']));
  });

  it('opens for several processes that start at once', async () => {
    for (let round = 0; round < 5; round++) {
      const database = `versions-${randomUUID()}`;
      await client.db(database).collection('tasks').createIndexes([{ key: { createTimeMs: 1, _id: 1 }, name: 'queued', partialFilterExpression: { state: 'QUEUED' } }]);
      const opened = await Promise.allSettled(Array.from({ length: 6 }, () => createMongoStore({ uri: mongod.uriOf(database) })));
      await Promise.all(opened.map(async (result) => { if (result.status === 'fulfilled') await result.value.close(); }));
      expect(opened.filter((result) => result.status === 'rejected')).toEqual([]);
    }
  });

  it('what waits keeps its place by age, whatever its id', async () => {
    const database = `versions-${randomUUID()}`;
    tasks = client.db(database).collection<TaskDocument>('tasks');
    for (const [id, createTimeMs] of [['a', 3000], ['c', 1000], ['b', 2000]] as const) await insertOld({ ...queued, id, requestId: null, createTimeMs });
    const other = await createMongoStore({ uri: mongod.uriOf(database) });
    const ids = (await other.queued(10)).map(({ id }) => id);
    await other.close();
    expect(ids).toEqual(['c', 'b', 'a']);
  });

  it('a replica of the first version may still submit while others are new', async () => {
    await insertOld({ ...queued, id: 'late', requestId: null });
    expect((await store.queued(10)).map(({ id }) => id).sort()).toEqual(['late', 'queued']);
    expect(isComplete(await store.get({ tenant: 'default', id: 'late' }))).toBe(true);
  });
});
