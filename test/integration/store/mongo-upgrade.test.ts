import { randomUUID } from 'node:crypto';
import { MongoClient, type Db, type Document } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMongoStore, type MongoStoreOptions } from '../../../src/store/mongo/mongo-store.js';
import type { Store } from '../../../src/task/ports/store.js';
import type { Task } from '../../../src/task/task.js';
import { claim, insertQueued, listOf, LONG_MS, newTask } from '../../contract/store-under-test.js';
import { skipWithoutMongod, startMongod, type Mongod } from '../../support/mongod.js';

const X = { states: null, labels: [{ key: 'project', value: 'x', equal: true }] };
const NOT_X = { states: null, labels: [{ key: 'project', value: 'x', equal: false }] };

/** A task as the previous version stored it: with its spec, and nothing for an index of labels. */
function oldDocument({ id, ...fields }: Task, spec: string): Document {
  return { _id: { tenant: fields.tenant, id }, ...fields, spec };
}

describe.skipIf(skipWithoutMongod())('a MongoDB database of the previous version', () => {
  let mongod: Mongod;
  let client: MongoClient;
  let uri: string;
  let db: Db;
  let opened: Store[];

  beforeAll(async () => {
    mongod = await startMongod();
    client = await new MongoClient(mongod.uri).connect();
  });
  afterAll(async () => {
    await client.close();
    await mongod.stop();
  });
  beforeEach(() => {
    const name = `upgrade-${randomUUID()}`;
    uri = mongod.uriOf(name);
    db = client.db(name);
    opened = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.close()));
  });

  async function open(options: Partial<MongoStoreOptions> = {}): Promise<Store> {
    const store = await createMongoStore({ uri, startingMs: 0, ...options });
    opened.push(store);
    return store;
  }

  /** What an old version does at its start. */
  const startOld = () =>
    db.collection('workers').createIndexes([{ name: 'gone', key: { lease_expires: 1 }, expireAfterSeconds: 3600 }], {});

  const announceOld = (leaseMs: number) =>
    db
      .collection<{ _id: string }>('workers')
      .updateOne({ _id: 'old' }, [{ $set: { slots: 1, build: null, lease_expires: { $add: ['$$NOW', leaseMs] } } }], {
        upsert: true,
      });

  const stored = (task: Task) => db.collection('tasks').findOne({ _id: { tenant: task.tenant, id: task.id } as never });

  async function insertOld(count: number, labels: Record<string, string>): Promise<Task[]> {
    const tasks = Array.from({ length: count }, (_, i) => newTask({ nowMs: i + 1, labels }));
    await db.collection('tasks').insertMany(tasks.map((task) => oldDocument(task, `"spec of ${task.id}"`)));
    return tasks.reverse();
  }

  it('opens with its tasks, which can be read, listed by label, claimed and removed', async () => {
    await startOld();
    await announceOld(LONG_MS);
    const tasks = await insertOld(3, { project: 'x' });
    const others = await insertOld(2, {});
    const store = await open();
    expect(await listOf(store, { filter: X })).toEqual(tasks);
    expect(await listOf(store, { filter: NOT_X })).toEqual(others);
    const [first] = tasks as [Task];
    expect(await store.getSpec(first)).toBe(`"spec of ${first.id}"`);
    const running = claim(first);
    expect(await store.replace(first, running, { leaseMs: LONG_MS })).toBe(true);
    expect(await store.get(first)).toEqual(running);
    expect(await store.remove(running)).toBe(true);
    expect(await store.count('default')).toBe(4);
  });

  it('has each spec moved out of its task once no worker of the previous version is left', async () => {
    await startOld();
    const tasks = await insertOld(250, { project: 'x' });
    const store = await open();
    await vi.waitFor(async () => {
      expect(await db.collection('tasks').countDocuments({ spec: { $exists: true } })).toBe(0);
    }, 60_000);
    expect(await listOf(store, { limit: 1000, filter: X })).toEqual(tasks);
    for (const task of tasks.slice(0, 5)) expect(await store.getSpec(task)).toBe(`"spec of ${task.id}"`);
    expect(await stored(tasks[0]!)).toMatchObject({ labelPairs: ['project=x'] });
  });

  it.each([
    ['is alive', LONG_MS],
    ['may come back, though its lease ran out', 0],
  ])('gets tasks that the previous version can render while a worker of it %s', async (_, leaseMs) => {
    await startOld();
    await insertOld(1, {});
    await announceOld(leaseMs);
    const store = await open();
    const task = newTask({ labels: { project: 'x' } });
    await store.insert(task, '"$spec"');
    expect(await stored(task)).toEqual(oldDocument(task, '"$spec"'));
    expect([await store.getSpec(task), await listOf(store, { filter: X })]).toEqual(['"$spec"', [task]]);
  });

  it('gets tasks that the previous version can render until a worker in its start would be known', async () => {
    await startOld();
    await insertOld(1, {});
    const store = await open({ startingMs: LONG_MS });
    expect(await stored(await insertQueued(store))).toMatchObject({ spec: '{}' });
  });

  it('lists tasks of both versions together by label', async () => {
    const store = await open();
    const fresh = await insertQueued(store, { labels: { project: 'x' }, nowMs: 9 });
    const [old] = await insertOld(1, { project: 'x' });
    const unlabelled = await insertQueued(store, { nowMs: 10 });
    expect(await stored(fresh)).toMatchObject({ labelPairs: ['project=x'] });
    expect(await stored(fresh)).not.toHaveProperty('spec');
    expect(await listOf(store, { filter: X })).toEqual([fresh, old]);
    expect(await listOf(store, { filter: NOT_X })).toEqual([unlabelled]);
  });

  it('refuses the previous version at its start after the new one has opened it', async () => {
    await startOld();
    await open();
    await expect(startOld()).rejects.toMatchObject({ code: 85 });
    await expect(open()).resolves.toBeDefined();
  });
});
