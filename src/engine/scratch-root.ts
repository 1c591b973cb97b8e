import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

/**
 * Makes a scratch folder of this process alone below `base`, which several processes, also of several machines, may share; and removes
 * those that processes of this machine left behind when they died.
 */
export async function claimScratchRoot(base: string): Promise<string> {
  const mine = path.join(base, nameOf(process.pid));
  await mkdir(base, { recursive: true });
  const names = await readdir(base);
  await Promise.all(names.filter(isDead).map((name) => rm(path.join(base, name), { recursive: true, force: true })));
  await mkdir(mine, { recursive: true });
  return mine;
}

function nameOf(pid: number): string {
  return `${hostname()}.${String(pid)}`;
}

/** Also what carries our own pid: that was another process's, before the number was used again. */
function isDead(name: string): boolean {
  const pid = Number(/\.(\d+)$/.exec(name)?.[1]);
  if (!Number.isSafeInteger(pid) || name !== nameOf(pid)) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
