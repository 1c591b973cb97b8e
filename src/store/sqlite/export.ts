import { existsSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import type { ApiKey } from '../../task/api-key.js';
import type { SigningSecret } from '../../task/signing-secret.js';
import type { Task } from '../../task/task.js';
import { lockFile } from './file-lock.js';
import { SCHEMA_VERSION } from './schema.js';

/** A task with everything that is stored of it. */
export interface ExportedTask {
  readonly task: Task;
  readonly spec: string;
  readonly diagnostics: { readonly text: string; readonly fence: number } | null;
}

/** The content of a database file that no service has open; nothing in it is changed. */
export interface SqliteExport {
  readonly apiKeys: readonly ApiKey[];
  readonly signingSecrets: readonly SigningSecret[];
  /** Null: none was made. */
  secret(name: string): Buffer | null;
  /** All of them, a few at a time. */
  tasks(): Iterable<ExportedTask>;
  close(): void;
}

const BATCH = 200;

/** Opens the file, of this version or an earlier one, and takes its lock. @throws Error, for people, when a service has it open, or it is missing or newer. */
export function openExport(file: string): SqliteExport {
  if (!existsSync(file)) throw new Error(`${file} does not exist: name the data folder of a service with SQLite`);
  const lock = lockFile(file);
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    const rows = (sql: string, ...values: string[]): Record<string, unknown>[] =>
      database.prepare(sql).all(...values) as Record<string, unknown>[];
    const version = Number(rows('PRAGMA user_version')[0]?.user_version ?? 0);
    if (version > SCHEMA_VERSION)
      throw new Error(`${file} has schema version ${version}; this version of cutroom knows ${SCHEMA_VERSION} at most`);
    // Tables that came with later versions than that of the file are missing.
    const tables = new Set(rows(`SELECT name FROM sqlite_master WHERE type = 'table'`).map(({ name }) => name));
    const documents = <T>(table: string): T[] =>
      tables.has(table)
        ? rows(`SELECT document FROM ${table} ORDER BY id`).map(({ document }) => JSON.parse(document as string) as T)
        : [];
    const fence = version >= 2 ? 'diagnostics.fence' : '0';
    return {
      apiKeys: documents('api_keys'),
      signingSecrets: documents('signing_secrets'),
      secret: (name) => {
        const [row] = tables.has('secrets') ? rows('SELECT value FROM secrets WHERE name = ?', name) : [];
        return row === undefined ? null : Buffer.from(row.value as Uint8Array);
      },
      *tasks() {
        let [tenant, id] = ['', ''];
        for (;;) {
          const page = tables.has('tasks')
            ? rows(
                `SELECT tasks.tenant, tasks.id, document, spec, diagnostics, ${fence} AS diagnostics_fence
                 FROM tasks LEFT JOIN specs USING (tenant, id) LEFT JOIN diagnostics USING (tenant, id)
                 WHERE (tasks.tenant, tasks.id) > (?, ?) ORDER BY tasks.tenant, tasks.id LIMIT ${BATCH}`,
                tenant,
                id,
              )
            : [];
          for (const row of page) yield taskIn(row);
          const last = page.at(-1);
          if (last === undefined) return;
          [tenant, id] = [last.tenant as string, last.id as string];
        }
      },
      close: () => {
        database.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function taskIn({ document, spec, diagnostics, diagnostics_fence: fence }: Record<string, unknown>): ExportedTask {
  return {
    task: JSON.parse(document as string) as Task,
    spec: spec as string,
    diagnostics: typeof diagnostics === 'string' ? { text: diagnostics, fence: Number(fence) } : null,
  };
}
