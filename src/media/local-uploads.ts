import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { link, lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { CallError } from '../task/call-error.js';
import type { LibraryFile } from '../task/ports/media-library.js';
import type { MediaUploads, UploadDraft, UploadTotal } from '../task/ports/media-uploads.js';
import { createLocalLibrary } from './local-library.js';
import { isDiskFull, syncUpTo } from './sync.js';

/** The scheme of uploads as inputs. */
export const UPLOAD_SCHEME = 'upload:';

/** Where files are until they are accepted: hidden, so that no list shows it. */
export const INCOMING = '.incoming';
/** No upload takes so long: an older file is that of a killed process. */
const STALE_MS = 24 * 3600 * 1000;
/** At four bytes each, with the suffix, they fit into the 255 bytes of a file's name. */
const MAX_STEM_CHARACTERS = 56;

/**
 * Uploads in a folder of this machine, which no input root contains. Safe to open by several processes at once.
 * @throws Error when the folder cannot be made.
 */
export async function openLocalUploads(options: {
  readonly folder: string;
  readonly nowMs: number;
  /** How long a file is kept after it was sent; asked at each sweep. Default: for ever. */
  readonly ttlMs?: () => number;
  /** The folders whose files count for that limit. Default: this one. */
  readonly counted?: readonly string[];
  /** The most bytes of all files together. Default: no limit. */
  readonly maxTotalBytes?: number;
}): Promise<MediaUploads> {
  const { folder: root, ttlMs = () => Infinity, maxTotalBytes = Infinity, counted = [root] } = options;
  const incoming = path.join(root, INCOMING);
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  await removeStale(incoming, options.nowMs);
  const library = createLocalLibrary({ roots: [root] });
  return {
    async list(kind) {
      const files = await library.list(kind, '');
      return files.map((file) => ({ ...file, uri: UPLOAD_SCHEME + file.uri }));
    },
    total: () => totalOf([root]),
    async remove(uri) {
      const file = fileOf(root, uri);
      if (file === null || !(await lstat(file).catch(() => null))?.isFile()) return false;
      await rm(file, { force: true });
      return true;
    },
    async removeExpired(nowMs) {
      const untilMs = nowMs - ttlMs();
      for await (const { file, info } of filesIn(root)) {
        if (info.mtimeMs < untilMs && !file.startsWith(incoming + path.sep)) await rm(file, { force: true });
      }
    },
    async receive(bytes, { forOthers = false } = {}) {
      if (forOthers)
        throw new CallError({
          reason: 'NOT_SUPPORTED_HERE',
          action: 'take uploads: it has no ffmpeg to inspect them, and no worker sees its data folder',
        });
      const name = path.join(INCOMING, randomBytes(16).toString('hex'));
      const file = path.join(root, name);
      try {
        if ((await totalOf(counted)).bytes >= maxTotalBytes) throw full(maxTotalBytes);
        const sizeBytes = await write(file, bytes);
        // With those that arrived meanwhile.
        if ((await totalOf(counted)).bytes > maxTotalBytes) throw full(maxTotalBytes);
        return draftOf({ root, uri: UPLOAD_SCHEME + name, file, sizeBytes });
      } catch (error) {
        await rm(file, { force: true });
        throw typed(error);
      }
    },
  };
}

/** Every file below a folder, also hidden ones. One that goes meanwhile is left out. */
async function* filesIn(folder: string): AsyncGenerator<{ file: string; info: Stats }> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const info = await lstat(file).catch(() => null);
    if (info) yield { file, info };
  }
}

async function totalOf(folders: readonly string[]): Promise<UploadTotal> {
  const total = { files: 0, bytes: 0 };
  for (const folder of folders)
    for await (const { info } of filesIn(folder)) {
      total.files += 1;
      total.bytes += info.size;
    }
  return total;
}

/** The file of an upload's name; null: none that was given out. */
function fileOf(root: string, uri: string): string | null {
  const name = uri.startsWith(UPLOAD_SCHEME) ? uri.slice(UPLOAD_SCHEME.length) : uri;
  const parts = name.split('/');
  const isSafe =
    parts.length >= 2 && parts.every((part) => part !== '' && !part.startsWith('.') && !part.includes('\0'));
  return isSafe ? path.join(root, ...parts) : null;
}

function full(maxTotalBytes: number): CallError {
  return new CallError({ reason: 'UPLOADS_FULL', maxBytes: maxTotalBytes });
}

async function write(file: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  const handle = await open(file, 'wx', 0o600);
  try {
    let sizeBytes = 0;
    for await (const chunk of bytes) {
      await handle.writeFile(chunk);
      sizeBytes += chunk.length;
    }
    await handle.sync();
    return sizeBytes;
  } finally {
    await handle.close();
  }
}

function draftOf({
  root,
  uri,
  file,
  sizeBytes,
}: {
  root: string;
  uri: string;
  file: string;
  sizeBytes: number;
}): UploadDraft {
  return {
    uri,
    async accept(folder, wanted): Promise<LibraryFile> {
      const name = uniqueName(wanted);
      const target = path.join(root, folder, name);
      try {
        await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
        await moveTo(file, target);
        await syncUpTo(root, path.dirname(target));
      } catch (error) {
        throw typed(error);
      }
      return { name, uri: UPLOAD_SCHEME + path.join(folder, name), sizeBytes };
    },
    discard: () => rm(file, { force: true }),
  };
}

/** Never replaces a file. */
async function moveTo(file: string, target: string): Promise<void> {
  try {
    await link(file, target);
  } catch (error) {
    // Some file systems have no links; the name is random enough without.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await rename(file, target);
  }
}

/** The caller's name, made safe for a file and a URI, with 48 random bits that make it unique. */
function uniqueName(wanted: string): string {
  const base = path.posix.basename(wanted.replace(/\\/g, '/'));
  // Not `path.extname`: to that a name that is all ending, such as `.mp3`, has none.
  const ext = /\.[A-Za-z0-9]{1,8}$/.exec(base)?.[0] ?? '';
  const stem = base
    .slice(0, base.length - ext.length)
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}_-]+/gu, '_')
    .replace(/^_+|_+$/g, '');
  const short = Array.from(stem).slice(0, MAX_STEM_CHARACTERS).join('');
  return `${short === '' ? 'file' : short}-${randomBytes(6).toString('hex')}${ext.toLowerCase()}`;
}

async function removeStale(incoming: string, nowMs: number): Promise<void> {
  for (const name of await readdir(incoming)) {
    const file = path.join(incoming, name);
    const info = await stat(file).catch(() => null);
    if (info && nowMs - info.mtimeMs > STALE_MS) await rm(file, { force: true });
  }
}

function typed(error: unknown): unknown {
  return isDiskFull(error) ? new CallError({ reason: 'DISK_FULL' }, { cause: error }) : error;
}
