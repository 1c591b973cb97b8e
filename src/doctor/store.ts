import { stat } from 'node:fs/promises';
import type { Config } from '../config/config.js';
import { createSqliteStore } from '../store/sqlite/sqlite-store.js';
import type { Store } from '../task/ports/store.js';
import { type Check, fail, messageOf, ok } from './check.js';

/** Opens the store as a service would, and asks it something. */
export async function checkStore({ store }: Pick<Config, 'store'>): Promise<Check> {
  switch (store.kind) {
    case 'SQLITE':
      return checkSqlite(store.file);
    case 'MONGODB': {
      const { createMongoStore } = await import('../store/mongo/mongo-store.js');
      return ask(
        'MongoDB',
        () => createMongoStore({ uri: store.uri }),
        'start the replica set that MONGODB_URI names, or unset it for an SQLite file',
      );
    }
  }
}

async function checkSqlite(file: string): Promise<Check> {
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  // A check makes no files.
  if (!isThere) return ok('store', 'SQLite, to be made on first use');
  return ask(
    `SQLite, ${file}`,
    () => createSqliteStore({ file }),
    'stop the other process, or set CUTROOM_DATA_DIR to a folder of its own',
  );
}

async function ask(name: string, open: () => Store | Promise<Store>, fix: string): Promise<Check> {
  let store: Store | null = null;
  try {
    store = await open();
    await store.ping();
    return ok('store', name);
  } catch (error) {
    return fail('store', messageOf(error), fix);
  } finally {
    await store?.close();
  }
}
