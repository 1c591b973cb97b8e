import path from 'node:path';
import type { Config } from '../config/config.js';
import { createLocalArtifacts } from '../media/local-artifacts.js';
import { createLocalOutputs } from '../media/local-outputs.js';
import { createObjectArtifacts, createTieredArtifacts, sweepArtifacts } from '../media/objects/object-artifacts.js';
import { createObjectOutputs } from '../media/objects/object-outputs.js';
import type { ObjectStore } from '../media/objects/object-store.js';
import { createOutputsSince } from '../media/outputs-since.js';
import type { ArtifactStore } from '../task/ports/artifact-store.js';
import type { OutputStore } from '../task/ports/output-store.js';
import type { OpenedObjects } from './open-grid-fs.js';

/** Where files are that outlive a render. */
export interface Storage {
  readonly outputs: OutputStore;
  /** Null: nothing is kept to be reused. */
  readonly artifacts: ArtifactStore | null;
  /** What all machines share; null: all files are in the data folder. */
  readonly objects: ObjectStore | null;
  close(): Promise<void>;
}

/** A redirect to the bucket is followed at once; a player may come back to its URL for each range, for as long as it plays. */
const DIRECT_MS = 6 * 3_600_000;
const SWEEP_MS = 3_600_000;

type StorageConfig = Pick<Config, 'storage' | 'presigned' | 'dataDir' | 'cacheBytes'>;

/** Opens the storage of the settings. @throws Error when the database of GridFS does not answer. */
export async function openStorage(
  config: StorageConfig,
  onError: (message: string, cause: unknown) => void,
): Promise<Storage> {
  const { dataDir, cacheBytes } = config;
  const local = createLocalOutputs({ folder: path.join(dataDir, 'outputs') });
  const near =
    cacheBytes === 0 ? null : createLocalArtifacts({ folder: path.join(dataDir, 'cache'), maxBytes: cacheBytes });
  near?.sweep().catch((error: unknown) => {
    onError('cannot remove old files from the cache', error);
  });
  const opened = await openObjects(config);
  if (opened === null) return { outputs: local, artifacts: near, objects: null, close: () => Promise.resolve() };
  const { objects } = opened;
  const sweep = async (): Promise<void> => {
    try {
      await objects.sweep();
      // A process that keeps nothing has no say in what the others keep.
      if (cacheBytes > 0) await sweepArtifacts(objects, cacheBytes);
    } catch (error) {
      onError('cannot remove old files from the storage', error);
    }
  };
  // Not all machines of a fleet at the same time.
  const timer = setInterval(() => void sweep(), SWEEP_MS * (0.5 + Math.random()));
  timer.unref();
  const outputs = createObjectOutputs({ objects, directMs: config.presigned ? DIRECT_MS : null });
  return {
    outputs: createOutputsSince(outputs, local),
    artifacts: near && createTieredArtifacts(near, createObjectArtifacts(objects)),
    objects,
    async close() {
      clearInterval(timer);
      await opened.close();
    },
  };
}

/** Null: the data folder. The driver and the SDK are loaded only where they are used: they take a sixth of the start. */
export async function openObjects({ storage }: Pick<Config, 'storage'>): Promise<OpenedObjects | null> {
  switch (storage.kind) {
    case 'LOCAL':
      return null;
    case 'S3': {
      const { createS3Objects } = await import('../media/objects/s3-objects.js');
      return { objects: createS3Objects(storage), close: () => Promise.resolve() };
    }
    case 'GRIDFS': {
      const { openGridFs } = await import('./open-grid-fs.js');
      return openGridFs(storage.uri);
    }
  }
}
