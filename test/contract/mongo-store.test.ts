import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { createMongoStore } from '../../src/store/mongo/mongo-store.js';
import { skipWithoutMongod, startMongod, withClient, type Mongod } from '../support/mongod.js';
import { describeInspectionStore } from './inspection-store.contract.js';
import { describeStepStore } from './step-store.contract.js';
import type { StoreKind } from './store-under-test.js';
import { describeTaskStore } from './task-store.contract.js';

const skip = skipWithoutMongod();
let mongod: Mongod;

if (!skip) {
  beforeAll(async () => {
    mongod = await startMongod();
  });
  afterAll(async () => {
    await mongod.stop();
  });
}

/** Emptied after a test and given to another: to create all collections and indexes takes longer than most tests. */
const free: string[] = [];

const kind: StoreKind = {
  name: 'MongoDB',
  durable: true,
  shared: true,
  makeData: () => {
    const uri = free.pop() ?? mongod.uriOf(`contract-${randomUUID()}`);
    return Promise.resolve({
      open: () => createMongoStore({ uri }),
      destroy: async () => {
        await withClient(uri, async (client) => {
          const collections = await client.db().collections();
          const kept = collections.filter(({ collectionName }) => !collectionName.startsWith('system.'));
          await Promise.all(kept.map((collection) => collection.deleteMany({})));
        });
        free.push(uri);
      },
    });
  },
};

describeTaskStore(kind, { skip });
describeStepStore(kind, { skip });
describeInspectionStore(kind, { skip });
