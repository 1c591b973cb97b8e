import { randomUUID } from 'node:crypto';
import { mkdir, opendir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sha256File } from '../shared/sha256-file.js';
import type { ArtifactKey, ArtifactStore } from '../task/ports/artifact-store.js';
import { placeFile } from './place-file.js';
import { safeName } from './safe-name.js';

const FOLDER_MODE = 0o700;
const NOTE = '.json';
const PART = '.part';
/** No file is stored for so long: parts of this age are those of a killed process. */
const STALE_MS = 600_000;

/** What lies beside an artifact: how to tell that it is whole, and what its maker noted. */
interface Card {
  readonly sha256: string;
  readonly note: string;
}

/** Artifacts of this machine, with a say in what is kept. */
export interface LocalArtifacts extends ArtifactStore {
  /** Of all together. */
  readonly maxBytes: number;
  /** What is known of an artifact before it is used. Null: there is none. */
  find(key: ArtifactKey): Promise<{ readonly note: string; readonly bytes: number } | null>;
  /** There may be none. */
  remove(key: ArtifactKey): Promise<void>;
  /** Removes those that were not used for longest, until so many bytes are gone or none is left. Whoever has got one keeps it. */
  free(bytes: number): Promise<void>;
  /** Removes what killed processes left half stored, once it is ten minutes old. */
  sweep(): Promise<void>;
}

/**
 * Artifacts as files of this machine, `tenant/hash` with `tenant/hash.json` beside it. When they take more than `maxBytes`, those that were not used for
 * longest are removed. An artifact is checked against its hash each time it is used.
 */
export function createLocalArtifacts(options: { readonly folder: string; readonly maxBytes: number }): LocalArtifacts {
  const root = path.resolve(options.folder);
  const fileOf = ({ tenant, hash }: ArtifactKey) => path.join(root, safeName(tenant), safeName(hash));
  let bytes: Promise<number> | null = null;

  /** Adds to the number of bytes; makes room when there are too many. */
  async function account(added: number): Promise<void> {
    bytes = (
      bytes ??
      list(root)
        .then(totalOf)
        .then((total) => total - added)
    ).then(async (before) => {
      const after = before + added;
      // Down to nine tenths, so that not each new artifact has to look for room.
      return after > options.maxBytes ? makeRoom(root, options.maxBytes * 0.9) : after;
    });
    // Counted anew the next time.
    await bytes.catch((error: unknown) => {
      bytes = null;
      throw error;
    });
  }

  return {
    isShared: false,
    maxBytes: options.maxBytes,

    async find(key) {
      const file = fileOf(key);
      const card = await readCard(file);
      const info = card && (await stat(file).catch(() => null));
      return card && info ? { note: card.note, bytes: info.size } : null;
    },

    async get(key, to) {
      const file = fileOf(key);
      const card = await readCard(file);
      if (card === null) return null;
      try {
        await placeFile(file, to);
        if ((await sha256File(to)) === card.sha256) {
          const now = new Date();
          await utimes(file, now, now).catch(() => undefined);
          return card.note;
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
      await Promise.all([rm(to, { force: true }), remove(file)]);
      return null;
    },

    async put(key, from, note) {
      const file = fileOf(key);
      const draft = `${file}.${randomUUID()}${PART}`;
      try {
        await mkdir(path.dirname(file), { recursive: true, mode: FOLDER_MODE });
        await placeFile(from, draft);
        const card: Card = { sha256: await sha256File(draft), note };
        await writeFile(`${draft}${NOTE}`, JSON.stringify(card));
        await rename(draft, file);
        await rename(`${draft}${NOTE}`, `${file}${NOTE}`);
      } finally {
        await Promise.all([rm(draft, { force: true }), rm(`${draft}${NOTE}`, { force: true })]);
      }
      await account((await stat(file)).size);
    },

    remove: (key) => remove(fileOf(key)),

    async free(wanted) {
      const total = totalOf(await list(root));
      bytes = makeRoom(root, Math.max(0, total - wanted));
      await bytes.catch((error: unknown) => {
        bytes = null;
        throw error;
      });
    },

    async sweep() {
      for (const { file, usedMs } of await list(root, PART)) if (Date.now() - usedMs > STALE_MS) await remove(file);
    },
  };
}

async function readCard(file: string): Promise<Card | null> {
  try {
    const card = JSON.parse(await readFile(`${file}${NOTE}`, 'utf8')) as Partial<Card>;
    return typeof card.sha256 === 'string' && typeof card.note === 'string' ? (card as Card) : null;
  } catch {
    return null;
  }
}

async function remove(file: string): Promise<void> {
  await rm(`${file}${NOTE}`, { force: true });
  await rm(file, { force: true });
}

interface Entry {
  readonly file: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/** @param ending of their names. */
async function list(root: string, ending = ''): Promise<Entry[]> {
  const entries: Entry[] = [];
  const folder = await opendir(root, { recursive: true }).catch(() => null);
  if (folder === null) return entries;
  for await (const entry of folder) {
    if (!entry.isFile() || entry.name.endsWith(NOTE) || !entry.name.endsWith(ending)) continue;
    const file = path.join(entry.parentPath, entry.name);
    const info = await stat(file).catch(() => null);
    if (info) entries.push({ file, bytes: info.size, usedMs: info.mtimeMs });
  }
  return entries;
}

function totalOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** @returns the bytes that are left. */
async function makeRoom(root: string, maxBytes: number): Promise<number> {
  const entries = (await list(root)).sort((a, b) => a.usedMs - b.usedMs);
  let total = totalOf(entries);
  for (const { file, bytes } of entries) {
    if (total <= maxBytes) break;
    await remove(file);
    total -= bytes;
  }
  return total;
}
