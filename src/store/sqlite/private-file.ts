import { closeSync, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Makes sure that a file and its folder exist, readable by their owner only: 0700 and 0600, with any umask. Existing ones keep their permissions here:
 * `tightenModes` looks at them. SQLite gives `-wal` and `-shm` those of the database.
 * @returns the file's path free of symbolic links: one file, one name, and so one lock.
 */
export function ensurePrivateFile(path: string): string {
  const folder = dirname(resolve(path));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(realpathSync(folder), basename(path));
  // Never open a file that exists: closing a descriptor drops every POSIX lock that this process holds on the file, SQLite's too.
  if (existsSync(file)) return realpathSync(file);
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    // Another process was faster; it goes on to the lock, as this one does.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return file;
}
