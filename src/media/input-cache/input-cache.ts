import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { repeat } from '../../shared/repeat.js';
import { RenderError } from '../../task/failure.js';
import type { FetchAssetOptions } from '../../task/ports/asset-source.js';
import type { PerTenant } from '../../task/ports/per-tenant.js';
import { tooLargeTogether } from '../budgeted-assets.js';
import type { LocalArtifacts } from '../local-artifacts.js';
import { placeFile } from '../place-file.js';
import { isDiskFull } from '../sync.js';
import type { Fetched, FetchOrder } from './fetched.js';
import { createFlights, type Flights } from './flights.js';

/** An input that is fetched from elsewhere. */
export interface RemoteInput {
  readonly source: 'http' | 's3' | 'upload';
  /** All that decides the bytes that its source sends, headers of the request included. May hold secrets: only a hash of it is kept. */
  readonly identity: readonly unknown[];
  /** Of one input. */
  readonly maxBytes: number;
  /** Asks its source, with as many tries as it takes. @throws RenderError; the reason of the order's signal. */
  fetch(order: FetchOrder): Promise<Fetched>;
}

/** Fetches inputs of one tenant from elsewhere, or finds them here. */
export interface InputCache {
  /**
   * @returns a file in the caller's folder.
   * @throws the errors of the input with the field of these options; TASK_TOO_LARGE for one beyond their bytes; the reason of the signal.
   */
  fetch(input: RemoteInput, options: FetchAssetOptions): Promise<string>;
}

/**
 * How an input was fetched: `hit` was here and is what its source would send, `shared` came with a download for another attempt or inspection, `miss` was downloaded and
 * `damaged` too since its entry was damaged, `reload` was downloaded since its task wants it so, `bypass` for its task or its source alone lets nothing be kept.
 */
export type InputResult = 'hit' | 'shared' | 'miss' | 'damaged' | 'reload' | 'bypass';

export interface InputCacheOptions {
  /** Takes the entries; null: nothing is kept or shared. */
  readonly entries: LocalArtifacts | null;
  /** A folder of this process alone, for downloads that several wait for. On the disk of the entries. */
  readonly folder: string;
  /** Entries are given up for so much room on the disk. */
  readonly keepFreeBytes: number;
  readonly onFetched?: (fetched: { source: RemoteInput['source']; result: InputResult; bytes: number }) => void;
  /** The cache cannot be used for now, and a render goes on without it. */
  readonly onProblem?: (message: string, cause: unknown) => void;
}

export interface InputCaches extends PerTenant<InputCache> {
  /** Ends the looks at the disk. */
  close(): void;
}

/** Changes when the meaning of a key or a validator does. */
const KEY_VERSION = 1;
const ROOM_MS = 5_000;

/** Every fetch goes to its source. */
export const NO_INPUT_CACHE: InputCache = {
  fetch: async (input, options) => (await fetchAlone(input, options)).file,
};

/** A download, or an entry that its source has confirmed, for all who wait for it. */
interface Landed {
  readonly file: string;
  readonly bytes: number;
  readonly result: 'hit' | 'miss' | 'damaged';
  readonly isStorable: boolean;
}

/**
 * Inputs from elsewhere, kept on this machine for each tenant alone. An entry counts when its source confirms it and its bytes have their hash; fetches of one input at a time
 * share one download. docs/adr/0024-input-cache.md
 */
export function createInputCaches(options: InputCacheOptions): InputCaches {
  const { entries, onProblem } = options;
  if (entries === null) return { of: () => counted(options), close: () => undefined };
  const flights = createFlights<Landed>();
  const close = repeat(
    async () => {
      await makeRoom(entries, options).catch((error: unknown) => onProblem?.('no room is made for renders', error));
    },
    { pauseMs: ROOM_MS },
  );
  return { of: (tenant) => createInputCache({ ...options, entries, flights, tenant }), close };
}

/** Without entries. */
function counted({ onFetched }: InputCacheOptions): InputCache {
  return {
    async fetch(input, options) {
      const { file, bytes } = await fetchAlone(input, options);
      onFetched?.({ source: input.source, result: 'bypass', bytes });
      return file;
    },
  };
}

interface Deps extends InputCacheOptions {
  readonly entries: LocalArtifacts;
  readonly flights: Flights<Landed>;
  readonly tenant: string;
}

function createInputCache(deps: Deps): InputCache {
  const { entries, flights, tenant, onFetched, onProblem } = deps;

  async function shared(input: RemoteInput, options: FetchAssetOptions): Promise<string> {
    const { signal, field, maxBytes: left = Infinity, folder } = options;
    const limit = Math.min(input.maxBytes, left);
    const hash = keyOf(input);
    // Those with other limits would have other errors.
    const file = await flights
      .board(`${tenant}/${hash}/${limit}`, {
        start: (stop) => fly(deps, { input, hash, limit, field, signal: stop }),
        end: (landed) => rm(landed.file, { force: true }),
        signal,
        use: async (landed, isFirst) => {
          // As its source wants it: nobody gets what another was sent.
          if (!isFirst && !landed.isStorable) return null;
          await mkdir(folder, { recursive: true });
          const to = path.join(folder, randomUUID());
          await placeFile(landed.file, to);
          const own = landed.isStorable ? landed.result : 'bypass';
          onFetched?.({ source: input.source, result: isFirst ? own : 'shared', bytes: landed.bytes });
          return to;
        },
      })
      .catch((error: unknown) => {
        throw withField(error, input, options);
      });
    return file ?? alone(input, options, 'bypass');
  }

  async function alone(input: RemoteInput, options: FetchAssetOptions, result: InputResult): Promise<string> {
    const { file, bytes, fetched } = await fetchAlone(input, options);
    if (result === 'reload') await keep(deps, { hash: keyOf(input), file, bytes, fetched });
    onFetched?.({ source: input.source, result, bytes });
    return file;
  }

  return {
    async fetch(input, options) {
      switch (options.cache ?? 'USE') {
        case 'NO_STORE':
          return alone(input, options, 'bypass');
        case 'RELOAD':
          return alone(input, options, 'reload');
        case 'USE':
          try {
            return await shared(input, options);
          } catch (error) {
            options.signal.throwIfAborted();
            if (error instanceof RenderError) throw error;
            // Of the cache's folders, perhaps; if not, this render meets it again by itself.
            onProblem?.('the cache of inputs cannot be used', error);
            if (isDiskFull(error)) await entries.free(Infinity).catch(() => undefined);
            return alone(input, options, 'bypass');
          }
      }
    },
  };
}

interface Flown {
  readonly input: RemoteInput;
  readonly hash: string;
  readonly limit: number;
  readonly field: string;
  readonly signal: AbortSignal;
}

/** Asks the source of an input whether its entry still counts, and downloads it if not. */
async function fly(deps: Deps, { input, hash, limit, field, signal }: Flown): Promise<Landed> {
  const { entries, tenant, folder } = deps;
  const key = { tenant, hash };
  const file = path.join(folder, `fetch-${randomUUID()}`);
  try {
    const entry = await entries.find(key);
    // One that has become too large is asked for anew, and refused as any.
    const known = entry !== null && entry.bytes <= limit ? entry.note : null;
    const order = { file, maxBytes: limit, field, signal };
    let fetched = await input.fetch({ ...order, known });
    let result: Landed['result'] = 'miss';
    if (fetched.kind === 'UNCHANGED') {
      // Checked against its hash; or another took its place meanwhile.
      if ((await entries.get(key, file)) === known) {
        if (!fetched.isStorable) await entries.remove(key);
        return { file, bytes: (await stat(file)).size, result: 'hit', isStorable: fetched.isStorable };
      }
      await rm(file, { force: true });
      fetched = await input.fetch({ ...order, known: null });
      result = 'damaged';
    }
    const { size: bytes } = await stat(file);
    await keep(deps, { hash, file, bytes, fetched });
    return { file, bytes, result, isStorable: fetched.isStorable };
  } catch (error) {
    await rm(file, { force: true });
    if (error instanceof RenderError && error.failure.reason === 'INPUT_NOT_FOUND')
      await entries.remove(key).catch(() => undefined);
    throw error;
  }
}

interface Kept {
  readonly hash: string;
  readonly file: string;
  readonly bytes: number;
  readonly fetched: Fetched;
}

/** Makes an entry of a file where its source lets it; an entry that was there counts no more. A cache that cannot keep it is no failure. */
async function keep(deps: Deps, { hash, file, bytes, fetched }: Kept): Promise<void> {
  const { entries, tenant, onProblem } = deps;
  const key = { tenant, hash };
  try {
    const validator = fetched.kind === 'SAVED' && fetched.isStorable ? fetched.validator : null;
    const hasRoom = validator !== null && bytes <= entries.maxBytes && (await makeRoom(entries, deps));
    if (hasRoom) await entries.put(key, file, validator);
    else await entries.remove(key);
  } catch (error) {
    onProblem?.('an input cannot be kept in the cache', error);
    if (isDiskFull(error)) await entries.free(Infinity).catch(() => undefined);
  }
}

/** Gives entries up when the disk is nearly full. @returns whether there is room for others. */
async function makeRoom(entries: LocalArtifacts, { folder, keepFreeBytes }: InputCacheOptions): Promise<boolean> {
  const freeBytes = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  };
  const lacking = keepFreeBytes - (await freeBytes());
  if (lacking <= 0) return true;
  await entries.free(lacking);
  return (await freeBytes()) >= keepFreeBytes;
}

async function fetchAlone(
  input: RemoteInput,
  options: FetchAssetOptions,
): Promise<{ readonly file: string; readonly bytes: number; readonly fetched: Fetched }> {
  const { folder, field, signal, maxBytes: left = Infinity } = options;
  signal.throwIfAborted();
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, randomUUID());
  try {
    const maxBytes = Math.min(input.maxBytes, left);
    const fetched = await input.fetch({ file, known: null, maxBytes, field, signal });
    return { file, bytes: (await stat(file)).size, fetched };
  } catch (error) {
    throw withField(error, input, options);
  }
}

function keyOf({ source, identity }: RemoteInput): string {
  return createHash('sha256')
    .update(JSON.stringify([KEY_VERSION, source, identity]))
    .digest('hex');
}

/** The error of a download as it is for one of those who waited for it. */
function withField(error: unknown, { maxBytes }: RemoteInput, { field, maxBytes: left = Infinity }: FetchAssetOptions) {
  if (!(error instanceof RenderError)) return error;
  if (isTooLarge(error) && left < maxBytes) return tooLargeTogether(field);
  const { reason, message } = error.failure;
  return error.failure.field === field ? error : new RenderError(reason, message, { field, cause: error.cause });
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RenderError && error.failure.reason === 'INPUT_TOO_LARGE';
}
