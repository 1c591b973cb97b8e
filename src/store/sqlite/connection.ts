import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { LRUCache } from 'lru-cache';
import { storeUnavailable } from '../errors.js';
import { lockFile } from './file-lock.js';
import { createFileGuard } from './file-guard.js';
import { ensurePrivateFile } from './private-file.js';
import { createLogSync, type LogSync } from './log-sync.js';
import { migrate } from './schema.js';
import { isSqliteError } from './sqlite-errors.js';

/** `full`: on the disk when the call returns. `normal`: survives a crash of the process, and of the machine only once a full write follows. */
export type Durability = 'full' | 'normal';

/** Prepared statements that are kept: all of the store's own, and the filters in use. */
const MAX_STATEMENTS = 64;

export type Value = string | number | null | Uint8Array;

/** One open database file, which no other process has open. */
export interface Connection {
  /** Runs one changing statement as a transaction of its own and returns how many rows it changed. */
  run(durability: Durability, sql: string, ...values: Value[]): number;
  /** Runs several statements as one transaction: all or nothing, as durable as `run`. Not within another. */
  transaction<T>(durability: Durability, body: () => T): T;
  /** Resolves once all that was changed before is on the disk, for which nothing else waits. @throws CallError STORE_UNAVAILABLE. */
  sync(): Promise<void>;
  rows(sql: string, ...values: Value[]): readonly Record<string, unknown>[];
  /** @throws CallError STORE_UNAVAILABLE when the file was removed or replaced. */
  check(): void;
  /** Makes a call that needs nothing of the file, and is refused after `close` all the same. */
  whileOpen<T>(call: () => T): T;
  close(): void;
}

/**
 * Opens a database file, new or old, and takes its lock.
 * Calls throw STORE_UNAVAILABLE when SQLite refuses (disk full, I/O error) or after `close`; changes also when the file is no longer there.
 */
export function openConnection(path: string): Connection {
  const file = ensurePrivateFile(path);
  const lock = lockFile(file);
  try {
    const database = new DatabaseSync(file, { timeout: 2000 });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    migrate(database, file);
    return connectionOf(database, file, createLogSync(`${file}-wal`), () => {
      lock.release();
    });
  } catch (error) {
    lock.release();
    throw isSqliteError(error) ? openingError(file, error) : error;
  }
}

function openingError(file: string, cause: Error): Error {
  const isDamaged = /not a database|malformed/.test(cause.message);
  const remedy = isDamaged
    ? 'it is no SQLite database, or damaged; put a backup in its place, or move it away to begin with an empty one'
    : 'see that its disk has room and that this user may write the file and its folder';
  return new Error(`${file} cannot be opened (${cause.message}): ${remedy}`, { cause });
}

function connectionOf(database: DatabaseSyncInstance, file: string, log: LogSync, release: () => void): Connection {
  const requireFile = createFileGuard(file);
  // Bounded, since each form of a caller's filter is a text of its own.
  const statements = new LRUCache<string, StatementSyncInstance>({ max: MAX_STATEMENTS });
  let durability: Durability = 'full';

  function prepared(sql: string): StatementSyncInstance {
    const known = statements.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  // A switch costs 1 µs, which is why there is one connection and not one for each durability: two would wait for each other's locks.
  function setDurability(wanted: Durability): void {
    if (wanted === durability) return;
    database.exec(`PRAGMA synchronous = ${wanted === 'full' ? 'FULL' : 'NORMAL'}`);
    durability = wanted;
  }

  function transaction<T>(wanted: Durability, body: () => T): T {
    setDurability(wanted);
    prepared('BEGIN IMMEDIATE').run();
    try {
      const result = body();
      prepared('COMMIT').run();
      return result;
    } catch (error) {
      // A full disk may have rolled it back already.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  function guarded<T>(call: () => T): T {
    if (!database.isOpen) throw storeUnavailable(new Error('the store is closed'));
    try {
      return call();
    } catch (error) {
      throw isSqliteError(error) ? storeUnavailable(error) : error;
    }
  }

  return {
    run: (wanted, sql, ...values) =>
      guarded(() => {
        if (!database.isTransaction) {
          requireFile();
          setDurability(wanted);
        }
        return prepared(sql).run(...values).changes;
      }),
    transaction: (wanted, body) =>
      guarded(() => {
        requireFile();
        return transaction(wanted, body);
      }),
    sync: async () => {
      await log.sync();
      requireFile();
    },
    check: () => {
      guarded(requireFile);
    },
    rows: (sql, ...values) => guarded(() => prepared(sql).all(...values) as Record<string, unknown>[]),
    whileOpen: guarded,
    close: () => {
      if (!database.isOpen) return;
      // The library closes the file only once the prepared statements are garbage; until then it would look as after a crash, with
      // acknowledged changes in `-wal` alone. Emptying the log by hand leaves the file complete.
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      statements.clear();
      log.close();
      database.close();
      release();
    },
  };
}
