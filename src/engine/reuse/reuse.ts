import type { ArtifactStore } from '../../task/ports/artifact-store.js';
import type { CacheMode } from '../../task/task-options.js';
import type { RenderLog } from '../render-log.js';
import type { Scratch } from '../scratch.js';
import { createFileIdentities, type FileHashes, type FileIdentity } from './file-identity.js';

/** How an attempt uses results of earlier steps. */
export interface Reuse {
  /** Of a file in the scratch folder. */
  readonly identityOf: FileIdentity;
  /** Whether other machines find what is kept, and this one looks for what they have kept. */
  readonly isShared: boolean;
  /** @returns the note of the artifact, which lies at `file` now; null: the step must be done. */
  readonly find: (hash: string, file: string) => Promise<string | null>;
  /** Keeps a result for later; one that cannot be kept is no failure. */
  readonly keep: (hash: string, file: string, note: string) => Promise<void>;
}

export interface ReuseOptions {
  readonly store: ArtifactStore | null;
  readonly tenant: string;
  readonly mode: CacheMode;
  readonly scratch: Scratch;
  /** Of this machine. */
  readonly hashes: FileHashes;
  readonly log?: RenderLog;
}

/** @returns null: nothing is reused or kept. */
export function createReuse({ store, tenant, mode, scratch, hashes, log }: ReuseOptions): Reuse | null {
  if (store === null || mode === 'NO_STORE') return null;
  const note = (error: unknown, message: string): null => {
    log?.warn({ err: error }, message);
    return null;
  };
  return {
    identityOf: createFileIdentities(scratch.folder, hashes),
    isShared: store.isShared && mode === 'USE',
    find: async (hash, file) => {
      if (mode === 'RELOAD') return null;
      return store
        .get({ tenant, hash }, scratch.path(file))
        .catch((error: unknown) => note(error, 'the cache cannot be read'));
    },
    keep: async (hash, file, text) => {
      await store
        .put({ tenant, hash }, scratch.path(file), text)
        .catch((error: unknown) => note(error, 'a result cannot be kept in the cache'));
    },
  };
}
