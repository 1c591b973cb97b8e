import type { Store } from '../../task/ports/store.js';
import type { InsertResult, LeaseRenewal, QueueStats } from '../../task/ports/task-store.js';
import type { Task } from '../../task/task.js';
import { outputBytesOf } from '../../task/output-bytes.js';
import { idTaken } from '../errors.js';
import { soleLead } from '../sole-lead.js';
import { submitRatesInMemory } from '../submit-rates.js';
import { createFeedNotifier, type FeedNotifier } from '../feed-notifier.js';
import { apiKeysIn } from './api-keys.js';
import { answer, diagnosticsIn, secretsIn, textOf, workersOf } from './beside-tasks.js';
import { createGroupCommit } from './group-commit.js';
import { openConnection, type Connection } from './connection.js';
import { createRecentTasks, type RecentTasks } from './recent-tasks.js';
import { longReadsOf } from './long-reads.js';
import { queueIn } from './queue.js';
import { tasksOf } from './task-rows.js';
import { taskCountsOf, type TaskCounts } from './task-counts.js';
import { signingSecretsIn } from './signing-secrets.js';
import { usageIn } from './usage.js';
import { EXPIRE_TIME, HAS_ENDED, NEXT_DELIVERY, QUEUE_DEADLINE } from './schema.js';

/** SQLite's own clock in milliseconds, the only one that leases follow; rounded, since the fraction of a second is a float. */
const NOW_MS = `CAST(round(unixepoch('subsec') * 1000) AS INTEGER)`;

/** One process has the file. */
const ALONE = { isExclusive: true, steps: null, inspections: null } as const;

/**
 * A store in one SQLite file, for one machine. Made on first use together with its folder: file 0600, folder 0700. Beside it lie `-wal`
 * and `-shm`, which belong to it, and `.lock`; back up by `VACUUM INTO`, never by copying the file of a running server.
 *
 * One process at a time may have it open. So `abandoned` returns the tasks of a killed process at once, without waiting
 * for their leases: the holder of the lock knows that no other worker lives.
 *
 * Every change is on the disk when its call resolves, except progress and lease renewals: those survive a crash of the process, and a crash
 * of the machine may take the last of them back.
 *
 * @throws Error that names the file when another process has it open, or a newer version has written it.
 */
export function createSqliteStore(options: { file: string }): Store {
  const connection = openConnection(options.file);
  const notifier = createFeedNotifier();
  const counts = taskCountsOf(connection);
  const group = createGroupCommit(connection, (changes) => counts.keep(changes));
  const recent = createRecentTasks();

  return {
    ...diagnosticsIn(connection),
    ...workersOf(connection),
    ...secretsIn(connection),
    ...apiKeysIn(connection),
    ...submitRatesInMemory(),
    ...signingSecretsIn(connection),
    ...usageIn(connection),
    insert: async (task, spec) => {
      const result = await group.run(() => insert(connection, counts, task, spec));
      if (result.kind === 'inserted') notifier.changed(task);
      return result;
    },
    get: (key) =>
      answer(() =>
        connection.whileOpen(() =>
          recent.get(key, () => taskOf(connection, 'tenant = ? AND id = ?', key.tenant, key.id)),
        ),
      ),
    findByRequestId: (tenant, requestId) => durableByRequestId(connection, tenant, requestId),
    getSpec: (key) => answer(() => textOf(connection, 'specs', 'spec', key)),
    ...longReadsOf(connection),
    count: (tenant) => answer(() => counts.of(tenant)),
    replace: (from, to, { leaseMs }) => answer(() => replace({ connection, notifier, recent }, from, to, leaseMs)),
    renewLease: (renewal) => answer(() => renewLease(connection, renewal)),
    remove: (task) => answer(() => remove({ connection, notifier, recent }, counts, task)),
    ...queueIn(connection),
    overdue: (limit, { nowMs }) =>
      answer(() =>
        tasksOf(
          connection,
          `state = 'QUEUED' AND ${QUEUE_DEADLINE} < ? ORDER BY ${QUEUE_DEADLINE} LIMIT ?`,
          nowMs,
          limit,
        ),
      ),
    expired: (limit, { nowMs }) =>
      answer(() =>
        tasksOf(connection, `${HAS_ENDED} AND ${EXPIRE_TIME} < ? ORDER BY ${EXPIRE_TIME} LIMIT ?`, nowMs, limit),
      ),
    withDueDeliveries: (limit, { nowMs }) =>
      answer(() =>
        tasksOf(
          connection,
          `${NEXT_DELIVERY} IS NOT NULL AND ${NEXT_DELIVERY} < ? ORDER BY ${NEXT_DELIVERY} LIMIT ?`,
          nowMs,
          limit,
        ),
      ),
    stats: () => answer(() => stats(connection)),
    abandoned: (limit, { owner }) =>
      answer(() =>
        tasksOf(
          connection,
          `state = 'RUNNING' AND (owner IS NOT ? OR ifnull(lease_expires_ms, 0) <= ${NOW_MS}) ORDER BY lease_expires_ms LIMIT ?`,
          owner,
          limit,
        ),
      ),
    ...soleLead(answer),
    ...ALONE,
    feed: notifier.feed,
    ping: () =>
      answer(() => {
        connection.check();
        connection.rows('SELECT 1 FROM tasks LIMIT 1');
      }),
    close: () =>
      answer(() => {
        group.flush();
        connection.close();
      }),
  };
}

/** Part of a transaction. */
function insert(connection: Connection, counts: TaskCounts, task: Task, spec: string): InsertResult {
  const inserted = connection.run(
    'normal',
    `INSERT INTO tasks (tenant, id, state, revision, fence, attempt_id, owner, request_id, create_time_ms, document)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ...[
      task.tenant,
      task.id,
      task.state,
      task.revision,
      task.fence,
      task.attemptId,
      task.owner,
      task.requestId,
      task.createTimeMs,
    ],
    JSON.stringify(task),
  );
  if (inserted === 0) {
    const holder = task.requestId === null ? null : byRequestId(connection, task.tenant, task.requestId);
    if (holder === null) throw idTaken(task);
    return { kind: 'request-id-taken', task: holder };
  }
  if (Object.keys(task.labels).length > 0) {
    const labels = JSON.stringify(task.labels);
    connection.run(
      'normal',
      'INSERT INTO labels SELECT ?, key, value, ?, ? FROM json_each(?)',
      task.tenant,
      task.createTimeMs,
      task.id,
      labels,
    );
  }
  connection.run('normal', 'INSERT INTO specs (tenant, id, spec) VALUES (?, ?, ?)', task.tenant, task.id, spec);
  counts.add(task.tenant, 1);
  return { kind: 'inserted' };
}

/** The dependencies of a change of a task. */
interface ChangeDeps {
  readonly connection: Connection;
  readonly notifier: FeedNotifier;
  readonly recent: RecentTasks;
}

function replace({ connection, notifier, recent }: ChangeDeps, from: Task, to: Task, leaseMs: number | null): boolean {
  recent.drop(from);
  const isProgress = isSameAttempt(from, to);
  // Progress is nearly all of the load: it leaves alone the columns that it cannot change, and so their indexes, and does not wait for the disk.
  const changes = isProgress
    ? connection.run(
        'normal',
        `UPDATE tasks SET revision = ?, document = ?, lease_expires_ms = ifnull(${NOW_MS} + ?, lease_expires_ms) ${WHERE_SAME_VERSION}`,
        ...[to.revision, JSON.stringify(to), leaseMs],
        ...versionOf(from),
      )
    : connection.run(
        'full',
        `UPDATE tasks SET state = ?, revision = ?, fence = ?, attempt_id = ?, owner = ?, document = ?, output_bytes = ?, lease_expires_ms = ${NOW_MS} + ? ${WHERE_SAME_VERSION}`,
        ...[to.state, to.revision, to.fence, to.attemptId, to.owner, JSON.stringify(to), outputBytesOf(to)],
        // NULL plus anything is NULL: no lease.
        to.state === 'RUNNING' ? leaseMs : null,
        ...versionOf(from),
      );
  if (changes === 0) return false;
  notifier.changed(to);
  return true;
}

const WHERE_SAME_VERSION = 'WHERE tenant = ? AND id = ? AND revision = ? AND fence = ? AND attempt_id IS ?';

function versionOf(task: Task): (string | number | null)[] {
  return [task.tenant, task.id, task.revision, task.fence, task.attemptId];
}

function isSameAttempt(from: Task, to: Task): boolean {
  const isRunning = from.state === 'RUNNING' && to.state === 'RUNNING';
  return isRunning && from.fence === to.fence && from.attemptId === to.attemptId && from.owner === to.owner;
}

function renewLease(connection: Connection, { key, fence, attemptId, leaseMs }: LeaseRenewal): boolean {
  const changes = connection.run(
    'normal',
    `UPDATE tasks SET lease_expires_ms = ${NOW_MS} + ? WHERE tenant = ? AND id = ? AND state = 'RUNNING' AND fence = ? AND attempt_id = ?`,
    ...[leaseMs, key.tenant, key.id, fence, attemptId],
  );
  return changes > 0;
}

function byRequestId(connection: Connection, tenant: string, requestId: string): Task | null {
  return taskOf(connection, 'tenant = ? AND request_id = ?', tenant, requestId);
}

/** A caller that repeats its submit takes the answer for an acknowledgement: it waits for the disk as the first one does. */
async function durableByRequestId(connection: Connection, tenant: string, requestId: string): Promise<Task | null> {
  const task = byRequestId(connection, tenant, requestId);
  if (task !== null) await connection.sync();
  return task;
}

function remove({ connection, notifier, recent }: ChangeDeps, counts: TaskCounts, task: Task): boolean {
  recent.drop(task);
  const body = (): boolean => {
    if (connection.run('full', `DELETE FROM tasks ${WHERE_SAME_VERSION}`, ...versionOf(task)) === 0) return false;
    for (const [key, value] of Object.entries(task.labels)) {
      connection.run(
        'full',
        'DELETE FROM labels WHERE tenant = ? AND key = ? AND value = ? AND create_time_ms = ? AND id = ?',
        ...[task.tenant, key, value, task.createTimeMs, task.id],
      );
    }
    for (const table of ['specs', 'diagnostics'])
      connection.run('full', `DELETE FROM ${table} WHERE tenant = ? AND id = ?`, task.tenant, task.id);
    counts.add(task.tenant, -1);
    return true;
  };
  const removed = connection.transaction('full', () => counts.keep(body));
  if (removed) notifier.removed(task);
  return removed;
}

function stats(connection: Connection): QueueStats {
  const [row] = connection.rows(
    `SELECT count(*) AS queued, min(create_time_ms) AS oldestQueuedTimeMs, (SELECT count(*) FROM tasks WHERE state = 'RUNNING') AS running,
       (SELECT count(*) FROM tasks WHERE ${NEXT_DELIVERY} IS NOT NULL) AS awaitingDelivery
     FROM tasks WHERE state = 'QUEUED'`,
  );
  return { ...(row as unknown as QueueStats) };
}

function taskOf(connection: Connection, where: string, ...values: (string | number)[]): Task | null {
  return tasksOf(connection, where, ...values)[0] ?? null;
}
