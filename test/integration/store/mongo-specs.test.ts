import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCalls, type Calls } from '../../../src/store/mongo/calls.js';
import { connectClients, type Clients } from '../../../src/store/mongo/clients.js';
import { collectionsOf, type Collections } from '../../../src/store/mongo/collections.js';
import { createIndexes } from '../../../src/store/mongo/indexes.js';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import { putSpec, sweepSpecs } from '../../../src/store/mongo/specs.js';
import type { Store } from '../../../src/task/ports/store.js';
import { insertQueued, newTask } from '../../contract/store-under-test.js';
import { skipWithoutMongod, startMongod, type Mongod } from '../../support/mongod.js';

describe.skipIf(skipWithoutMongod())('the specs of the MongoDB store', () => {
  let mongod: Mongod;
  let clients: Clients;
  let collections: Collections;
  let calls: Calls;
  let store: Store;

  beforeAll(async () => {
    mongod = await startMongod();
  });
  afterAll(async () => {
    await mongod.stop();
  });
  beforeEach(async () => {
    const uri = mongod.uriOf(`specs-${randomUUID()}`);
    store = await createMongoStore({ uri });
    clients = await connectClients(uri);
    collections = collectionsOf(clients);
    calls = createCalls(4000);
    await createIndexes(collections, { deadlineMs: 60_000 });
  });
  afterEach(async () => {
    await store.close();
    await clients.close();
  });

  const specs = () => collections.specs.find({}, { sort: { _id: 1 } }).toArray();

  it('survive a sweep while their tasks exist, and lose their marks', async () => {
    const task = await insertQueued(store);
    await sweepSpecs(calls, collections, 0);
    expect(await specs()).toEqual([{ _id: { tenant: task.tenant, id: task.id }, spec: '{}' }]);
    expect(await store.getSpec(task)).toBe('{}');
  });

  it('are removed by a sweep an hour after a process died before the insert of the task', async () => {
    await calls.ask((options) => putSpec(collections.specs, newTask(), '{}', options));
    await sweepSpecs(calls, collections);
    expect(await specs()).toHaveLength(1);
    await sweepSpecs(calls, collections, 0);
    expect(await specs()).toEqual([]);
  });

  it('are removed with their tasks', async () => {
    const task = await insertQueued(store);
    expect(await store.remove(task)).toBe(true);
    expect(await specs()).toEqual([]);
  });

  it('survive a refused removal of the task', async () => {
    const task = await insertQueued(store);
    expect(await store.remove({ ...task, revision: 7 })).toBe(false);
    expect(await store.getSpec(task)).toBe('{}');
  });
});
