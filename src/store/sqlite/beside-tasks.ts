import { randomBytes } from 'node:crypto';
import type { DiagnosticsStore } from '../../task/ports/diagnostics-store.js';
import type { SecretStore } from '../../task/ports/secret-store.js';
import type { WorkerStore } from '../../task/ports/worker-store.js';
import type { TaskKey } from '../../task/task.js';
import { createWorkerRegistry } from '../worker-registry.js';
import type { Connection } from './connection.js';

/** Diagnostics in a table of their own, so that a progress write stays as small as the task. */
export function diagnosticsIn(connection: Connection): DiagnosticsStore {
  return {
    putDiagnostics: ({ tenant, id }, diagnostics, { fence }) =>
      answer(() => {
        connection.run(
          'normal',
          `INSERT INTO diagnostics (tenant, id, diagnostics, fence) SELECT tenant, id, ?, ? FROM tasks WHERE tenant = ? AND id = ?
     ON CONFLICT DO UPDATE SET diagnostics = excluded.diagnostics, fence = excluded.fence WHERE excluded.fence >= diagnostics.fence`,
          ...[diagnostics, fence, tenant, id],
        );
      }),
    getDiagnostics: (key) => answer(() => textOf(connection, 'diagnostics', 'diagnostics', key)),
  };
}

/** The workers of this process: no other has the file open. They are kept in memory. */
export function workersOf(connection: Connection): WorkerStore {
  const workers = createWorkerRegistry(() => performance.now());
  return {
    announceWorker: (worker, { leaseMs }) =>
      answer(() => {
        connection.whileOpen(() => {
          workers.announce(worker, leaseMs);
        });
      }),
    forgetWorker: (owner) =>
      answer(() => {
        connection.whileOpen(() => {
          workers.forget(owner);
        });
      }),
    workers: () => answer(() => connection.whileOpen(() => workers.alive())),
  };
}

export function secretsIn(connection: Connection): SecretStore {
  return {
    secret: (name) => answer(() => secret(connection, name)),
    replaceSecret: (name, from, to) =>
      answer(() => {
        connection.run('full', 'UPDATE secrets SET value = ? WHERE name = ? AND value = ?', to, name, from);
        return storedSecret(connection, name)?.equals(to) ?? false;
      }),
  };
}

function secret(connection: Connection, name: string): Buffer {
  const stored = storedSecret(connection, name);
  if (stored) return stored;
  const made = randomBytes(32);
  connection.run('full', 'INSERT INTO secrets (name, value) VALUES (?, ?)', name, made);
  return made;
}

function storedSecret(connection: Connection, name: string): Buffer | null {
  const [row] = connection.rows('SELECT value FROM secrets WHERE name = ?', name);
  return row === undefined ? null : Buffer.from((row as { value: Uint8Array }).value);
}

/** The text beside a task, or null. */
export function textOf(
  connection: Connection,
  table: 'specs' | 'diagnostics',
  column: string,
  key: TaskKey,
): string | null {
  const [row] = connection.rows(
    `SELECT ${column} AS text FROM ${table} WHERE tenant = ? AND id = ?`,
    key.tenant,
    key.id,
  );
  return row === undefined ? null : (row.text as string);
}

// An async function, so that errors come as rejections. The calls themselves are synchronous: one takes microseconds, or one sync of the disk.
// eslint-disable-next-line @typescript-eslint/require-await
export async function answer<T>(call: () => T): Promise<T> {
  return call();
}
