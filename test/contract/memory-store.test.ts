import { createMemoryStore } from '../support/memory-store.js';
import { describeTaskStore } from './task-store.contract.js';

describeTaskStore({
  name: 'memory',
  durable: false,
  shared: false,
  makeData: () => {
    const store = createMemoryStore({ nowMs: Date.now });
    return Promise.resolve({ open: () => Promise.resolve(store), destroy: () => Promise.resolve() });
  },
});
