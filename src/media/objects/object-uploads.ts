import path from 'node:path';
import { CallError } from '../../task/call-error.js';
import { RenderError } from '../../task/failure.js';
import { createGate } from '../../task/gate.js';
import type { AssetSource } from '../../task/ports/asset-source.js';
import { type LibraryFile, MEDIA_ENDINGS } from '../../task/ports/media-library.js';
import type { MediaUploads, UploadTotal } from '../../task/ports/media-uploads.js';
import { createLocalFiles } from '../local-files.js';
import { INCOMING, openLocalUploads, UPLOAD_SCHEME } from '../local-uploads.js';
import { tooLargeTogether } from '../budgeted-assets.js';
import { download } from './download.js';
import type { Fetched, FetchOrder } from '../input-cache/fetched.js';
import { type InputCache, NO_INPUT_CACHE } from '../input-cache/input-cache.js';
import type { ObjectStore, StoredObject } from './object-store.js';
import { patiently } from './patience.js';

/** The most files that a list has. */
const MAX_LISTED = 1_000;
/** What a killed process left in the folder goes after an hour. */
const STALE_MS = 3_600_000;
const NEVER = new AbortController().signal;

export interface ObjectUploadsOptions {
  readonly objects: ObjectStore;
  /** The first part of the keys of these uploads, with a slash at its end. */
  readonly prefix: string;
  /** A folder of this machine, in which a file waits until it is accepted. */
  readonly folder: string;
  readonly nowMs: number;
  /** How long a file is kept after it was sent; asked at each sweep. */
  readonly ttlMs: () => number;
  /** The most bytes of all files together whose keys begin with `counted`. */
  readonly maxTotalBytes: number;
  readonly counted: string;
  /** The folders of this machine whose files count for that limit, too. Default: `folder`. */
  readonly countedFolders?: readonly string[];
}

/** Uploads that all machines share. A file is received on one machine, and is an object once it is accepted; where another machine inspects it, a draft of it is one until then. */
export async function openObjectUploads(options: ObjectUploadsOptions): Promise<MediaUploads> {
  const { objects, prefix, folder, nowMs, ttlMs, maxTotalBytes } = options;
  const local = await openLocalUploads({
    folder,
    nowMs,
    ttlMs: () => STALE_MS,
    maxTotalBytes,
    counted: options.countedFolders ?? [folder],
  });
  // One after the other, so that each counts those before it. Of several machines each may exceed the limit by one file.
  const gate = createGate({ atOnce: 1 });
  const requireRoom = async (sizeBytes: number): Promise<void> => {
    if ((await totalOf(objects, options.counted)).bytes + sizeBytes > maxTotalBytes)
      throw new CallError({ reason: 'UPLOADS_FULL', maxBytes: maxTotalBytes });
  };
  return {
    async receive(bytes, { forOthers = false } = {}) {
      await requireRoom(1);
      const draft = await local.receive(bytes);
      const shared = forOthers ? draftKeyOf(prefix, draft.uri) : null;
      const discard = async (): Promise<void> => {
        await draft.discard();
        if (shared !== null) await objects.remove(shared);
      };
      if (shared !== null)
        await objects.put(shared, path.join(folder, nameOf(draft.uri))).catch(async (error: unknown) => {
          await discard().catch(() => undefined);
          throw error;
        });
      return {
        ...draft,
        discard,
        async accept(place, name) {
          const file = await draft.accept(place, name);
          try {
            await gate.run(async () => {
              await requireRoom(file.sizeBytes);
              await objects.put(prefix + nameOf(file.uri), path.join(folder, nameOf(file.uri)));
            }, NEVER);
          } finally {
            await local.remove(file.uri);
          }
          return file;
        },
      };
    },

    async list(kind) {
      const files: LibraryFile[] = [];
      for await (const { key, sizeBytes } of objects.list(prefix)) {
        if (!MEDIA_ENDINGS[kind].includes(path.extname(key).toLowerCase())) continue;
        files.push({ name: path.basename(key), uri: UPLOAD_SCHEME + key.slice(prefix.length), sizeBytes });
        if (files.length === MAX_LISTED) break;
      }
      return files;
    },

    async total() {
      const [shared, incoming] = await Promise.all([totalOf(objects, prefix), local.total()]);
      return { files: shared.files + incoming.files, bytes: shared.bytes + incoming.bytes };
    },

    async remove(uri) {
      const key = keyOf(prefix, uri);
      if (key === null || (await objects.find(key)) === null) return false;
      await objects.remove(key);
      return true;
    },

    async removeExpired(now) {
      await local.removeExpired(now);
      const untilMs = now - ttlMs();
      for await (const { key, storedMs } of objects.list(prefix)) if (storedMs < untilMs) await objects.remove(key);
    },
  };
}

/** The uploads as inputs: each is downloaded to the folder of the render that uses it. */
export function createObjectUploadSource({
  objects,
  prefix,
  folder,
  cache = NO_INPUT_CACHE,
}: Pick<ObjectUploadsOptions, 'objects' | 'prefix' | 'folder'> & {
  /** Default: none. */
  readonly cache?: InputCache;
}): AssetSource {
  const outside = 'is no upload of this server';
  const incoming = createLocalFiles({ roots: [folder], outside });
  /** Received on this machine. */
  const isIncoming = async (uri: string): Promise<boolean> =>
    nameOf(uri).startsWith(`${INCOMING}/`) && (await incoming.sizeOf(`./${nameOf(uri)}`)) !== null;
  const anyKeyOf = (uri: string): string | null => keyOf(prefix, uri) ?? draftKeyOf(prefix, uri);
  return {
    async check(uri) {
      if (await isIncoming(uri)) return incoming.check(`./${nameOf(uri)}`);
      const key = anyKeyOf(uri);
      return key !== null && (await objects.find(key)) !== null ? null : { description: outside };
    },

    async sizeOf(uri) {
      if (await isIncoming(uri)) return incoming.sizeOf(`./${nameOf(uri)}`);
      const key = anyKeyOf(uri);
      return (key === null ? null : await objects.find(key))?.sizeBytes ?? null;
    },

    async fetch(uri, options) {
      const { field, signal, maxBytes = Infinity } = options;
      if (await isIncoming(uri)) return incoming.fetch(`./${nameOf(uri)}`, options);
      const key = anyKeyOf(uri);
      const found = key === null ? null : await patiently(() => objects.find(key), { signal });
      if (key === null || found === null) throw new RenderError('INPUT_NOT_FOUND', `this input ${outside}`, { field });
      if (found.sizeBytes > maxBytes) throw tooLargeTogether(field);
      // One that is only looked at before it is accepted is read once.
      const through = keyOf(prefix, uri) === null ? NO_INPUT_CACHE : cache;
      return through.fetch(
        {
          source: 'upload',
          identity: [key],
          maxBytes: Infinity,
          fetch: (order) => fetchObject(objects, found, order),
        },
        options,
      );
    },
  };
}

/** An object does not change, but another may take its place. */
async function fetchObject(
  objects: ObjectStore,
  { key, version }: StoredObject,
  { file, known, field, signal }: FetchOrder,
): Promise<Fetched> {
  if (known === version) return { kind: 'UNCHANGED', isStorable: true };
  try {
    await patiently(() => download(objects, key, file, signal), { signal });
    const after = await patiently(() => objects.find(key), { signal });
    return { kind: 'SAVED', validator: after?.version === version ? version : null, isStorable: true };
  } catch (error) {
    signal.throwIfAborted();
    throw new RenderError('INPUT_FETCH_FAILED', 'this upload could not be read from the storage', {
      field,
      cause: error,
    });
  }
}

function nameOf(uri: string): string {
  return uri.startsWith(UPLOAD_SCHEME) ? uri.slice(UPLOAD_SCHEME.length) : uri;
}

/** Null: no name that an upload was given. */
function keyOf(prefix: string, uri: string): string | null {
  const name = nameOf(uri);
  const parts = name.split('/');
  return parts.length >= 2 && parts.every((part) => part !== '' && !part.startsWith('.')) ? prefix + name : null;
}

/** Files that are not accepted yet, for the machines that inspect them: of no list, and not counted. */
export const DRAFTS = 'drafts/';
const DRAFT_NAME = new RegExp(`^\\${INCOMING}/[0-9a-f]{32}$`);

/** Null: no name of a file that has just arrived. */
function draftKeyOf(prefix: string, uri: string): string | null {
  const name = nameOf(uri);
  return DRAFT_NAME.test(name) ? DRAFTS + prefix + name : null;
}

async function totalOf(objects: ObjectStore, prefix: string): Promise<UploadTotal> {
  const total = { files: 0, bytes: 0 };
  for await (const { sizeBytes } of objects.list(prefix)) {
    total.files += 1;
    total.bytes += sizeBytes;
  }
  return total;
}
