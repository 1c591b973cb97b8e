import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { killStrays } from './process/kill-strays.js';

/** Takes the operating system's lock `<file>.lock`, which vanishes with its process; null: another process has it. */
export type TryLock = (file: string) => { release(): void } | null;

/** A folder of this process alone. */
export interface ScratchRoot {
  readonly folder: string;
  /** Removes it, and ends its sweeps. */
  release(): Promise<void>;
}

/** How often a process shows that it lives, beside its lock, and sweeps. */
const BEAT_MS = 60_000;
/** Over network file systems locks may not reach other machines: a folder of another host must also have been silent for this long. */
const SILENT_MS = 10 * BEAT_MS;

/**
 * Makes a scratch folder below `base`, which several processes, also of several machines, may share; and removes those whose owner is dead, now
 * and again each minute, whatever host they are of: a container has a new host name each time. Tools that still work in such a folder are killed.
 */
export async function claimScratchRoot(base: string, tryLock: TryLock): Promise<ScratchRoot> {
  await mkdir(base, { recursive: true });
  const name = `${hostname()}.${process.pid}.${randomUUID().slice(0, 8)}`;
  const folder = path.join(path.resolve(base), name);
  const lock = tryLock(folder);
  if (!lock) throw new Error(`${folder}.lock is locked by another process`);
  await mkdir(folder);
  await sweep(base, name, tryLock);
  const timer = setInterval(() => {
    const now = new Date();
    // What cannot be done now is done in a minute.
    void utimes(`${folder}.lock`, now, now)
      .then(() => sweep(base, name, tryLock))
      .catch(() => undefined);
  }, BEAT_MS);
  timer.unref();
  return {
    folder,
    async release() {
      clearInterval(timer);
      await rm(folder, { recursive: true, force: true });
      lock.release();
      await rm(`${folder}.lock`, { force: true });
    },
  };
}

async function sweep(base: string, own: string, tryLock: TryLock): Promise<void> {
  const entries = await readdir(base);
  const names = new Set(entries.map((entry) => entry.replace(/\.lock(-journal)?$/, '')));
  names.delete(own);
  for (const name of names) {
    const folder = path.join(path.resolve(base), name);
    if (!(await mayBeDead(name, `${folder}.lock`))) continue;
    const lock = tryLock(folder);
    if (!lock) continue;
    await killStrays(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    lock.release();
    await rm(`${folder}.lock`, { force: true });
  }
}

/** Whether its lock is worth trying: on this host its process is gone, or on another it has been silent. */
async function mayBeDead(name: string, lockFile: string): Promise<boolean> {
  const [, host, pid] = /^(.*?)\.(\d+)(?:\.[0-9a-f]{8})?$/.exec(name) ?? [];
  if (host === hostname()) return !isAlive(Number(pid));
  const beat = await stat(lockFile).catch(() => null);
  return beat === null || Date.now() - beat.mtimeMs > SILENT_MS;
}

/** Our own number was another process's before, when the folder is not ours. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
