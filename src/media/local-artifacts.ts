import { randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, opendir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sha256File } from '../shared/sha256-file.js';
import type { ArtifactKey, ArtifactStore } from '../task/ports/artifact-store.js';
import { safeName } from './safe-name.js';

const FOLDER_MODE = 0o700;
const NOTE = '.json';

/** What lies beside an artifact: how to tell that it is whole, and what its maker noted. */
interface Card {
  readonly sha256: string;
  readonly note: string;
}

/**
 * Artifacts as files of this machine, `tenant/hash` with `tenant/hash.json` beside it. When they take more than `maxBytes`, those that were not used for
 * longest are removed. An artifact is checked against its hash each time it is used.
 */
export function createLocalArtifacts(options: { readonly folder: string; readonly maxBytes: number }): ArtifactStore {
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
      return after > options.maxBytes ? makeRoom(root, options.maxBytes) : after;
    });
    // Counted anew the next time.
    await bytes.catch((error: unknown) => {
      bytes = null;
      throw error;
    });
  }

  return {
    isShared: false,

    async get(key, to) {
      const file = fileOf(key);
      const card = await readCard(file);
      if (card === null) return null;
      try {
        await place(file, to);
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
      const draft = `${file}.${randomUUID()}.part`;
      try {
        await mkdir(path.dirname(file), { recursive: true, mode: FOLDER_MODE });
        await place(from, draft);
        const card: Card = { sha256: await sha256File(draft), note };
        await writeFile(`${draft}${NOTE}`, JSON.stringify(card));
        await rename(draft, file);
        await rename(`${draft}${NOTE}`, `${file}${NOTE}`);
      } finally {
        await Promise.all([rm(draft, { force: true }), rm(`${draft}${NOTE}`, { force: true })]);
      }
      await account((await stat(file)).size);
    },
  };
}

/** Another name for the same file where that is possible, else a copy. */
async function place(from: string, to: string): Promise<void> {
  await link(from, to).catch(async (error: unknown) => {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes(code)) throw error;
    await copyFile(from, to);
  });
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

async function list(root: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  const folder = await opendir(root, { recursive: true }).catch(() => null);
  if (folder === null) return entries;
  for await (const entry of folder) {
    if (!entry.isFile() || entry.name.endsWith(NOTE)) continue;
    const file = path.join(entry.parentPath, entry.name);
    const info = await stat(file).catch(() => null);
    if (info) entries.push({ file, bytes: info.size, usedMs: info.mtimeMs });
  }
  return entries;
}

function totalOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Down to nine tenths, so that not each new artifact has to look for room. @returns the bytes that are left. */
async function makeRoom(root: string, maxBytes: number): Promise<number> {
  const entries = (await list(root)).sort((a, b) => a.usedMs - b.usedMs);
  let total = totalOf(entries);
  for (const { file, bytes } of entries) {
    if (total <= maxBytes * 0.9) break;
    await remove(file);
    total -= bytes;
  }
  return total;
}
