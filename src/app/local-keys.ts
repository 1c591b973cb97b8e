import { randomBytes } from 'node:crypto';
import { toConfig } from '../config/config.js';
import type { Environment } from '../config/variables.js';
import { createApiKeyUseCases, type ApiKeyUseCases } from '../task/use-cases/api-keys.js';
import { makeDataDir } from './make-data-dir.js';
import { openStore } from './open-store.js';
import { systemClock } from './system-clock.js';

/**
 * Manages the keys in the store of a service's environment, without that service.
 * @throws ConfigError; Error, for people, when a running service has its SQLite file.
 */
export async function withLocalKeys<T>(env: Environment, use: (keys: ApiKeyUseCases) => Promise<T>): Promise<T> {
  const config = toConfig(env);
  await makeDataDir(config.dataDir);
  const store = await openStore(config);
  try {
    return await use(createApiKeyUseCases({ store, clock: systemClock, randomBytes }));
  } finally {
    await store.close();
  }
}
