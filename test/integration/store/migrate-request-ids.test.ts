import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../src/app/migrate.js';
import { createMongoStore } from '../../../src/store/mongo/mongo-store.js';
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { Store } from '../../../src/task/ports/store.js';
import { skipWithoutMongod, startMongod, type Mongod } from '../../support/mongod.js';
import { newTask } from '../../support/new-task.js';

const REQUEST = '123e4567-e89b-42d3-a456-426614174000';

describe.skipIf(skipWithoutMongod())('cutroom migrate, where a newer task has the request id of an older one', () => {
  let folder: string;
  let mongod: Mongod;
  let store: Store;
  beforeAll(async () => {
    [folder, mongod] = await Promise.all([mkdtemp(join(tmpdir(), 'cutroom-migrate-')), startMongod()]);
    const old = createSqliteStore({ file: join(folder, 'cutroom.sqlite') });
    await old.insert(newTask({ id: 'old', requestId: REQUEST }), '{}');
    await old.close();
    store = await createMongoStore({ uri: mongod.uriOf('moved') });
    await store.insert(newTask({ id: 'new', requestId: REQUEST }), '{}');
  });
  afterAll(async () => {
    await store.close();
    await mongod.stop();
    await rm(folder, { recursive: true });
  });

  const run = (isDryRun: boolean) =>
    migrate({
      env: {
        MONGODB_URI: mongod.uriOf('moved'),
        CUTROOM_DATA_DIR: folder,
        CUTROOM_INPUT_ROOTS: tmpdir() + '/none',
        CUTROOM_STORAGE: 'local',
      },
      from: folder,
      isDryRun,
      signal: new AbortController().signal,
    });

  it('moves the older one without it, and says so', async () => {
    const moved = { tasks: { moved: 1, alreadyThere: 0 }, requestIdsTaken: ['old'] };
    expect(await run(true)).toMatchObject(moved);
    expect(await run(false)).toMatchObject(moved);
    expect(await store.get({ tenant: 'default', id: 'old' })).toMatchObject({ id: 'old', requestId: null });
    expect(await store.getSpec({ tenant: 'default', id: 'old' })).toBe('{}');
    expect(await store.findByRequestId('default', REQUEST)).toMatchObject({ id: 'new' });
    expect(await run(false)).toMatchObject({ tasks: { moved: 0, alreadyThere: 1 }, requestIdsTaken: [] });
  });
});
