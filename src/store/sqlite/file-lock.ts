import { DatabaseSync } from '@photostructure/sqlite';
import { ensurePrivateFile } from './private-file.js';
import { isSqliteError } from './sqlite-errors.js';

/** A lock, kept until it is released or the process ends, in whatever way. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the one lock of a database file, at once or not at all: an exclusive transaction, kept open for life, on an empty database
 * `<file>.lock`. It is the operating system's lock, so that it vanishes with a process that is killed and never has to be cleaned up.
 * Not to be relied on over NFS.
 * @throws Error that names the file when another process (or another store of this one) holds it.
 */
export function lockFile(file: string): FileLock {
  const database = new DatabaseSync(ensurePrivateFile(`${file}.lock`), { timeout: 0 });
  try {
    // Nothing is ever written, so this leaves no journal behind.
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!isSqliteError(error)) throw error;
    throw new Error(`${file} is in use by another process: one server at a time may have a SQLite file open`, {
      cause: error,
    });
  }
  return {
    release: () => {
      database.close();
    },
  };
}

/** As `lockFile`. Null: another process, or another part of this one, has it. */
export function tryLockFile(file: string): FileLock | null {
  try {
    return lockFile(file);
  } catch (error) {
    if (error instanceof Error && isSqliteError(error.cause)) return null;
    throw error;
  }
}
