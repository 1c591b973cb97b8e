import { chmod, lstat, opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '../observability/logger.js';

/** The most that others may have. */
interface Most {
  readonly folder: number;
  readonly file: number;
}

/** Nobody but the service's user. */
const PRIVATE: Most = { folder: 0o700, file: 0o600 };
/** Also its group, such as that of a web server that sends finished videos: to read, never to write. */
const SHOWN: Most = { folder: 0o750, file: 0o640 };
/** The parts of the data folder that are not private. A video that is kept to be reused is the same file as that of the output, and has one mode. */
const PARTS: Readonly<Record<string, Most>> = { outputs: SHOWN, cache: { folder: PRIVATE.folder, file: SHOWN.file } };

/** What was found open in a data folder. */
export interface Tightened {
  readonly changed: number;
  /** Those whose mode could not be changed: another user's, or on a file system without modes. */
  readonly refused: number;
}

/**
 * Takes from files and folders of the data folder every permission that another user has beyond what the service itself gives: the data folder and `outputs`
 * are for the group to read, all else is the owner's alone. Whatever made them, and with whichever umask.
 *
 * What lies at the top is looked at at each start. What lies deeper is looked at where others could get at it, since the top was open: a closed folder closes all
 * within, and there may be a million videos.
 */
export async function tightenModes(dataDir: string, logger: Pick<Logger, 'warn'>): Promise<Tightened> {
  const count = { changed: 0, refused: 0 };
  const isOpen = await tighten(dataDir, SHOWN, count);
  for await (const name of namesIn(dataDir)) {
    const file = path.join(dataDir, name);
    const most = PARTS[name] ?? PRIVATE;
    // A link at the top is the operator's, to a larger disk, say: what it leads to counts. Further down nobody makes any.
    if ((await tighten(file, most, count)) || isOpen) await tightenWithin(file, most, count);
  }
  if (count.changed > 0)
    logger.warn(
      { changed: count.changed },
      'other users could use files in the data folder: their modes are tightened',
    );
  if (count.refused > 0)
    logger.warn(
      { refused: count.refused },
      'other users can use files in the data folder, and their modes cannot be changed: give CUTROOM_DATA_DIR a folder of the service’s own user, on a file system with modes',
    );
  return count;
}

/** @returns whether it was open to others. */
async function tighten(file: string, most: Most, count: { changed: number; refused: number }): Promise<boolean> {
  const info = await stat(file).catch(() => null);
  // Sockets have a mode of their own, and whoever may connect shows credentials.
  if (info === null || !(info.isFile() || info.isDirectory())) return false;
  const mode = info.mode & 0o777;
  const others = mode & 0o077 & ~(info.isDirectory() ? most.folder : most.file);
  if (others === 0) return false;
  await chmod(file, mode & ~others).catch(() => undefined);
  const after = await stat(file).catch(() => null);
  // One of another process, which is gone.
  if (after === null) return false;
  count[(after.mode & others) === 0 ? 'changed' : 'refused'] += 1;
  return true;
}

async function tightenWithin(folder: string, most: Most, count: { changed: number; refused: number }): Promise<void> {
  for await (const name of namesIn(folder)) {
    const file = path.join(folder, name);
    const info = await lstat(file).catch(() => null);
    if (info === null || info.isSymbolicLink()) continue;
    await tighten(file, most, count);
    if (info.isDirectory()) await tightenWithin(file, most, count);
  }
}

/** The names in a folder, a few at a time. */
async function* namesIn(folder: string): AsyncGenerator<string> {
  const open = await opendir(folder).catch(() => null);
  if (open === null) return;
  for await (const { name } of open) yield name;
}
