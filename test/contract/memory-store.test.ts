import { createMemoryStore } from '../support/memory-store.js';
import { describeInspectionStore } from './inspection-store.contract.js';
import { describeStepStore } from './step-store.contract.js';
import type { StoreKind } from './store-under-test.js';
import { describeTaskStore } from './task-store.contract.js';

const kind: StoreKind = {
  name: 'memory',
  durable: false,
  shared: false,
  makeData: () => {
    const store = createMemoryStore({ nowMs: Date.now });
    return Promise.resolve({ open: () => Promise.resolve(store), destroy: () => Promise.resolve() });
  },
};

describeTaskStore(kind);
describeStepStore(kind);
describeInspectionStore(kind);
