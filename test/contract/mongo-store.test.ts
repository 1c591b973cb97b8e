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

const kind: StoreKind = {
  name: 'MongoDB',
  durable: true,
  shared: true,
  makeData: () => {
    const uri = mongod.uriOf(`contract-${randomUUID()}`);
    return Promise.resolve({
      open: () => createMongoStore({ uri }),
      destroy: async () => {
        await withClient(uri, (client) => client.db().dropDatabase());
      },
    });
  },
};

describeTaskStore(kind, { skip });
describeStepStore(kind, { skip });
describeInspectionStore(kind, { skip });
