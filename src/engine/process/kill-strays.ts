import { readdir, readlink } from 'node:fs/promises';
import path from 'node:path';

/**
 * Kills every process that works in a folder or below it: a tool that left its process group, or one whose parent was killed. Our tools run in
 * scratch folders, where nothing else has any business. Does nothing where there is no /proc.
 */
export async function killStrays(folder: string): Promise<void> {
  const names = await readdir('/proc').catch(() => []);
  const pids = names.map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  await Promise.all(
    pids.map(async (pid) => {
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => null);
      if (cwd === null || !isWithin(cwd, folder)) return;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }),
  );
}

/** A folder that was removed is shown with ` (deleted)` after its name. */
function isWithin(cwd: string, folder: string): boolean {
  return cwd.replace(/ \(deleted\)$/, '') === folder || cwd.startsWith(folder + path.sep);
}
