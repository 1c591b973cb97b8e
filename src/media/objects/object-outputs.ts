import { RenderError } from '../../task/failure.js';
import type { OutputContent, OutputOwner, OutputStore } from '../../task/ports/output-store.js';
import type { TaskKey } from '../../task/task.js';
import { isSafeName, safeName } from '../safe-name.js';
import { patiently } from './patience.js';
import { removeAll, type ObjectStore, type StoredObject } from './object-store.js';

/** The part of a key that names an attempt. */
const ATTEMPT = /^(\d+)-(.+)$/;
const ROOT = 'outputs/';

export interface ObjectOutputsOptions {
  readonly objects: ObjectStore;
  /** How long a URL of the object store itself is valid to which a caller is redirected; null: this server sends the bytes. */
  readonly directMs: number | null;
  /** How long a finished video waits for a storage that fails. Default: five minutes. */
  readonly patienceMs?: number;
}

/**
 * Finished videos as objects that every machine reaches, as `outputs/tenant/task/fence-attempt/file`. The fence is part of the key, so that an attempt that
 * has lost its lease writes to a place that nobody reads.
 */
export function createObjectOutputs(options: ObjectOutputsOptions): OutputStore {
  const { objects, patienceMs } = options;
  return {
    async publish(files, attempt, { signal = new AbortController().signal } = {}) {
      const stored: string[] = [];
      try {
        for (const { path, name } of files) {
          const key = ROOT + locationOf(attempt, name);
          await patiently(() => objects.put(key, path, { signal }), {
            signal,
            ...(patienceMs !== undefined && { patienceMs }),
          });
          stored.push(key);
        }
      } catch (error) {
        // None is published then; those that cannot be removed now go with the attempt.
        for (const key of stored) await objects.remove(key).catch(() => undefined);
        signal.throwIfAborted();
        throw new RenderError('OUTPUT_NOT_STORED', 'the finished video could not be stored', { cause: error });
      }
      return locationOf(attempt, files[0].name);
    },

    async open(location, part) {
      const key = keyOf(part === undefined ? location : locationBeside(location, part));
      const found = key === null ? null : await objects.find(key);
      return found === null ? null : contentOf(found, options);
    },

    async discard(key, { keepFence }) {
      const prefix = `${ROOT}${folderOf(key)}/`;
      for await (const { key: at } of objects.list(prefix)) {
        if (keepFence === null || !at.startsWith(`${prefix}${keepFence}-`)) await objects.remove(at);
      }
    },

    discardAttempt: (attempt) => removeAll(objects, `${ROOT}${attemptFolderOf(attempt)}/`),

    async *attempts() {
      let last = '';
      for await (const { key } of objects.list(ROOT)) {
        const [tenant = '', id = '', name = ''] = key.slice(ROOT.length).split('/');
        const folder = [tenant, id, name].join('/');
        if (folder === last) continue;
        last = folder;
        const [, fence, attemptId = ''] = ATTEMPT.exec(name) ?? [];
        if (fence !== undefined) yield { key: { tenant, id }, fence: Number(fence), attemptId };
      }
    },
  };
}

function contentOf(
  { key, sizeBytes, storedMs, version }: StoredObject,
  { objects, directMs }: ObjectOutputsOptions,
): OutputContent {
  const { presign } = objects;
  return {
    kind: 'stream',
    sizeBytes,
    version,
    storedMs,
    read: (signal, range) => objects.read(key, { signal, ...(range ? { range } : {}) }),
    direct:
      presign && directMs !== null
        ? ({ maxLifetimeMs, ...headers }) =>
            presign(key, { lifetimeMs: Math.min(directMs, maxLifetimeMs ?? directMs), ...headers })
        : null,
  };
}

/** The key of a file by its location. */
export function outputKeyOf(location: string): string {
  return ROOT + location;
}

/** Null: no location that `publish` gives out. */
function keyOf(location: string): string | null {
  const parts = location.split('/');
  return parts.length === 4 && parts.every(isSafeName) ? ROOT + location : null;
}

function folderOf(key: TaskKey): string {
  return `${safeName(key.tenant)}/${safeName(key.id)}`;
}

function attemptFolderOf({ key, fence, attemptId }: OutputOwner): string {
  return `${folderOf(key)}/${safeName(`${fence}-${attemptId}`)}`;
}

function locationOf(attempt: OutputOwner, name: string): string {
  return `${attemptFolderOf(attempt)}/${safeName(name)}`;
}

/** The location of another file of the same attempt. */
function locationBeside(location: string, name: string): string {
  return [...location.split('/').slice(0, -1), name].join('/');
}
