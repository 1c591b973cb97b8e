import { toConfig } from '../config/config.js';
import type { Environment } from '../config/variables.js';
import { backUp } from '../store/sqlite/back-up.js';

/** Copies the store of a service's environment to a file, while that service may run. @throws ConfigError; Error, for people. */
export function backUpStore(env: Environment, to: string): void {
  const { store } = toConfig(env);
  if (store.kind === 'MONGODB')
    throw new Error(
      'the store is MongoDB: back it up with mongodump, or as your provider does it (docs/operations.md)',
    );
  backUp(store.file, to);
}
