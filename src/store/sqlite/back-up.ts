import { closeSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';

/** How long another process may keep the file from being read. */
const BUSY_MS = 10_000;

/**
 * Writes a copy of a database file, as of one moment, while a service may write to it.
 * @throws Error, for people, when it cannot be read, or something is at `to`.
 */
export function backUp(file: string, to: string): void {
  try {
    // It has the key that signs URLs.
    closeSync(openSync(to, 'wx', 0o600));
  } catch (error) {
    throw new Error(
      `${to} cannot be made (${(error as NodeJS.ErrnoException).code ?? String(error)}): name a new file`,
      {
        cause: error,
      },
    );
  }
  try {
    const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
    try {
      database.prepare('VACUUM INTO ?').run(to);
    } finally {
      database.close();
    }
  } catch (error) {
    rmSync(to, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} cannot be copied (${reason})`, { cause: error });
  }
}
