import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/** Expressions that partial indexes are on; a query uses an index only by the very same text. */
export const QUEUE_RANK = `json_extract(document, '$.queueRankMs')`;
export const QUEUE_DEADLINE = `json_extract(document, '$.queueDeadlineMs')`;
export const EXPIRE_TIME = `json_extract(document, '$.expireTimeMs')`;
export const NEXT_DELIVERY = `json_extract(document, '$.nextDeliveryMs')`;
export const HAS_ENDED = `state IN ('SUCCEEDED', 'FAILED', 'CANCELLED')`;

/**
 * One step per version of the schema, in order; `user_version` counts the steps that a file has seen. Steps are only ever added.
 * A task is its JSON document; the columns beside it are those that a query needs.
 * Specs and diagnostics lie in tables of their own, so that a progress write stays as small as the task.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE tasks (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    attempt_id TEXT,
    owner TEXT,
    request_id TEXT,
    create_time_ms INTEGER NOT NULL,
    lease_expires_ms INTEGER,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT;
  CREATE UNIQUE INDEX tasks_request ON tasks (tenant, request_id) WHERE request_id IS NOT NULL;
  CREATE INDEX tasks_queued ON tasks (${QUEUE_RANK}, tenant, id) WHERE state = 'QUEUED';
  CREATE INDEX tasks_waiting ON tasks (create_time_ms) WHERE state = 'QUEUED';
  CREATE INDEX tasks_overdue ON tasks (${QUEUE_DEADLINE}) WHERE state = 'QUEUED';
  CREATE INDEX tasks_expired ON tasks (${EXPIRE_TIME}) WHERE ${HAS_ENDED};
  CREATE INDEX tasks_running ON tasks (lease_expires_ms) WHERE state = 'RUNNING';
  CREATE INDEX tasks_list ON tasks (tenant, create_time_ms DESC, id DESC);
  CREATE TABLE diagnostics (tenant TEXT NOT NULL, id TEXT NOT NULL, diagnostics TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT;
  CREATE TABLE specs (tenant TEXT NOT NULL, id TEXT NOT NULL, spec TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT;
  CREATE TABLE secrets (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) STRICT;
  `,
  // Those that are there may be replaced by any attempt.
  'ALTER TABLE diagnostics ADD COLUMN fence INTEGER NOT NULL DEFAULT 0;',
  // For the filters of ListTasks. A task's labels never change; beside them is the sort key of a list. The queue has one index less for it.
  `
  DROP INDEX tasks_waiting;
  DROP INDEX tasks_queued;
  CREATE INDEX tasks_queued ON tasks (${QUEUE_RANK}, tenant, id, create_time_ms) WHERE state = 'QUEUED';
  CREATE INDEX tasks_list_state ON tasks (tenant, state, create_time_ms DESC, id DESC);
  CREATE TABLE labels (
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    create_time_ms INTEGER NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (tenant, key, value, create_time_ms, id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO labels SELECT tasks.tenant, label.key, label.value, tasks.create_time_ms, tasks.id FROM tasks, json_each(document, '$.labels') AS label;
  `,
  // How many tasks each tenant has; `task-counts.ts` keeps them.
  `
  CREATE TABLE task_counts (tenant TEXT NOT NULL PRIMARY KEY, tasks INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO task_counts SELECT tenant, count(*) FROM tasks GROUP BY tenant;
  `,
  // A key is its JSON document, as a task is.
  `
  CREATE TABLE api_keys (id TEXT NOT NULL PRIMARY KEY, tenant TEXT NOT NULL, document TEXT NOT NULL) STRICT;
  CREATE INDEX api_keys_tenant ON api_keys (tenant, id);
  `,
  // Of deliveries: the tasks that have any that are pending, and the secrets that sign them.
  `
  CREATE INDEX tasks_deliveries ON tasks (${NEXT_DELIVERY}) WHERE ${NEXT_DELIVERY} IS NOT NULL;
  CREATE TABLE signing_secrets (id TEXT NOT NULL PRIMARY KEY, tenant TEXT NOT NULL, document TEXT NOT NULL) STRICT;
  CREATE INDEX signing_secrets_tenant ON signing_secrets (tenant, id);
  `,
  // Tenants take turns: the queue of each by itself.
  `
  DROP INDEX tasks_queued;
  CREATE INDEX tasks_queued ON tasks (tenant, ${QUEUE_RANK}, id, create_time_ms) WHERE state = 'QUEUED';
  `,
  // For limits per tenant.
  `
  ALTER TABLE tasks ADD COLUMN output_bytes INTEGER NOT NULL DEFAULT 0;
  UPDATE tasks SET output_bytes = (
    SELECT ifnull(sum(output.value ->> '$.sizeBytes'), 0)
      + ifnull(sum((SELECT sum(part.value ->> '$.sizeBytes') FROM json_each(output.value, '$.parts') AS part)), 0)
    FROM json_each(document, '$.outputs') AS output
  ) WHERE state = 'SUCCEEDED';
  CREATE INDEX tasks_output_bytes ON tasks (tenant, output_bytes) WHERE output_bytes > 0;
  `,
  // For limits per day; a double, which has room for any sum.
  `
  CREATE TABLE usage (
    day INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    pixel_frames REAL NOT NULL,
    PRIMARY KEY (day, tenant)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** The version of the schema that this version writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings a file up to this version's schema, each step in a transaction of its own.
 * @throws Error when the file was written by a newer version, which is then left as it is.
 */
export function migrate(database: DatabaseSyncInstance, file: string): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (row.user_version > MIGRATIONS.length) {
    throw new Error(
      `${file} has schema version ${row.user_version}; this version of cutroom knows ${MIGRATIONS.length} at most`,
    );
  }
  for (const [version, step] of MIGRATIONS.entries()) {
    if (version < row.user_version) continue;
    try {
      database.exec(`BEGIN IMMEDIATE; ${step} PRAGMA user_version = ${version + 1}; COMMIT`);
    } catch (error) {
      // Not left to the closing of the file, which the library puts off.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}
