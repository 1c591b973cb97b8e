import { randomUUID } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Machine } from '../task/ports/machine.js';
import { isDiskFull } from './sync.js';

const MIB = 1024 * 1024;
/** Asked before each claim and by each probe of a balancer: one answer does for all of a second. */
const FRESH_MS = 1_000;
const PROBE = Buffer.alloc(16 * 1024, 1);

/**
 * Finds out whether the data folder can be written, by writing a file there: permissions and free blocks alone do not say so of a quota, of
 * a disk that has become read-only, or of a folder that was deleted.
 * @param minFreeBytes with less room than this the folder counts as full.
 */
export function createDataFolder(options: { readonly folder: string; readonly minFreeBytes: number }): Machine {
  const probe = path.join(path.resolve(options.folder), `.probe-${randomUUID()}`);
  let known: { readonly problem: Promise<string | null>; readonly atMs: number } | null = null;
  let isBusy = false;

  async function look(): Promise<string | null> {
    try {
      await write(probe);
      return await roomProblem(options);
    } catch (error) {
      return problemOf(error);
    } finally {
      await rm(probe, { force: true }).catch(() => undefined);
    }
  }

  return {
    problem() {
      const nowMs = performance.now();
      // A disk that hangs is asked once, however often it is asked about.
      if (known && (isBusy || nowMs - known.atMs < FRESH_MS)) return known.problem;
      isBusy = true;
      known = {
        atMs: nowMs,
        problem: look().finally(() => {
          isBusy = false;
        }),
      };
      return known.problem;
    },
  };
}

async function write(file: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(PROBE);
    // Some file systems find out that they are full only now.
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function roomProblem({ folder, minFreeBytes }: { folder: string; minFreeBytes: number }): Promise<string | null> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= minFreeBytes) return null;
  return `the disk of the data folder is nearly full: ${Math.floor(freeBytes / MIB)} MiB are free, and CUTROOM_MIN_FREE_MB is ${minFreeBytes / MIB}`;
}

function problemOf(error: unknown): string {
  if (isDiskFull(error)) return 'the disk of the data folder is full';
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'the data folder is gone';
    case 'EROFS':
      return 'the data folder has become read-only';
    case 'EACCES':
    case 'EPERM':
      return 'the data folder must not be written';
    case 'EMFILE':
    case 'ENFILE':
      return 'this process is out of file descriptors';
    default:
      return `the data folder cannot be written (${code})`;
  }
}
