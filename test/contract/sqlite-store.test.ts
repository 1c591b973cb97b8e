import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.js';
import { describeTaskStore } from './task-store.contract.js';

describeTaskStore({
  name: 'SQLite',
  durable: true,
  shared: false,
  makeData: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cutroom-store-'));
    return {
      open: () => Promise.resolve(createSqliteStore({ file: join(folder, 'data', 'tasks.db') })),
      destroy: () => rm(folder, { recursive: true }),
    };
  },
});
