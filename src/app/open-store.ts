import type { Config } from '../config/config.js';
import { createSqliteStore } from '../store/sqlite/sqlite-store.js';
import type { Store } from '../task/ports/store.js';

/** Opens the store of the settings. The driver of MongoDB is loaded only where it is used. */
export async function openStore(
  { store }: Pick<Config, 'store'>,
  onBackgroundError: (message: string, cause: unknown) => void = () => undefined,
): Promise<Store> {
  switch (store.kind) {
    case 'SQLITE':
      return createSqliteStore({ file: store.file });
    case 'MONGODB': {
      const { createMongoStore } = await import('../store/mongo/mongo-store.js');
      return createMongoStore({ uri: store.uri, onBackgroundError });
    }
  }
}
