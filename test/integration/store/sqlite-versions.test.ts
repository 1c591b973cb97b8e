import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { TaskStore } from '../../../src/task/ports/task-store.js';
import { cancelled, retried } from '../../../src/task/transitions.js';
import { claim, listOf, LONG_MS, newTask } from '../../contract/store-under-test.js';
import { firstVersionTasks, isComplete } from '../../support/first-version.js';

/** As the first version made it; never to be changed. */
const FIRST_SCHEMA = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE tasks (tenant TEXT NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL, revision INTEGER NOT NULL, fence INTEGER NOT NULL, attempt_id TEXT,
    owner TEXT, request_id TEXT, create_time_ms INTEGER NOT NULL, lease_expires_ms INTEGER, document TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT;
  CREATE UNIQUE INDEX tasks_request ON tasks (tenant, request_id) WHERE request_id IS NOT NULL;
  CREATE INDEX tasks_queued ON tasks (create_time_ms, tenant, id) WHERE state = 'QUEUED';
  CREATE INDEX tasks_running ON tasks (lease_expires_ms) WHERE state = 'RUNNING';
  CREATE INDEX tasks_list ON tasks (tenant, create_time_ms DESC, id DESC);
  CREATE TABLE specs (tenant TEXT NOT NULL, id TEXT NOT NULL, spec TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT;
  CREATE TABLE secrets (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) STRICT;
  PRAGMA user_version = 1;`;

const WEEK_MS = 7 * 24 * 3_600_000;
const lease = { leaseMs: LONG_MS };

describe('a SQLite file of the first version', () => {
  const { queued, running, ended } = firstVersionTasks();
  let folder: string;
  let file: string;
  let store: TaskStore | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cutroom-versions-'));
    file = join(folder, 'tasks.db');
    const database = new DatabaseSync(file);
    database.exec(FIRST_SCHEMA);
    for (const task of [queued, running, ended]) {
      database
        .prepare('INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          ...[task.tenant, task.id, task.state, task.revision, task.fence, task.attemptId, task.owner, task.requestId, task.createTimeMs],
          task.state === 'RUNNING' ? Date.now() + LONG_MS : null,
          JSON.stringify(task),
        );
      database.prepare('INSERT INTO specs VALUES (?, ?, ?)').run(task.tenant, task.id, `"${task.id}"`);
    }
    database.close();
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
    await rm(folder, { recursive: true });
  });

  it('opens, and its tasks have what they lacked, and are else as they were', async () => {
    store = createSqliteStore({ file });
    for (const old of [queued, running, ended]) {
      const task = await store.get(old);
      expect(task).toMatchObject({ ...old, labels: {}, priority: 0, queueRankMs: 1000, ttlMs: WEEK_MS, queueDeadlineMs: null, phaseTimings: [], submitWarnings: [] });
      expect(isComplete(task)).toBe(true);
      expect(await store.getSpec(old)).toBe(`"${old.id}"`);
    }
    expect((await listOf(store)).map((task) => task.id)).toEqual(['running', 'queued', 'ended']);
    expect(await store.stats()).toEqual({ queued: 1, running: 1, oldestQueuedTimeMs: 1000 });
  });

  it('lets its tasks go on: claim, cancel, retry, diagnostics, removal', async () => {
    store = createSqliteStore({ file });
    const [waiting] = await store.queued(10);
    expect(waiting?.id).toBe('queued');
    expect(await store.abandoned(10, { owner: 'new' })).toMatchObject([{ id: 'running' }]);
    const taken = claim(waiting!);
    expect(await store.replace(waiting!, taken, lease)).toBe(true);
    const stopped = cancelled(taken, 3000);
    expect(await store.replace(taken, stopped, lease)).toBe(true);
    const again = retried(stopped, 4000);
    expect(await store.replace(stopped, again, lease)).toBe(true);
    expect(await store.get(queued)).toEqual(again);
    await store.putDiagnostics(queued, '{}');
    expect(await store.getDiagnostics(queued)).toBe('{}');
    expect(await store.remove(again)).toBe(true);
    expect(await store.insert(newTask({ requestId: queued.requestId }), '{}')).toEqual({ kind: 'inserted' });
  });

  it('nothing expires at once: what has ended is kept for a week more, and what waits has no deadline', async () => {
    const beforeMs = Date.now();
    store = createSqliteStore({ file });
    const kept = (await store.get(ended))?.expireTimeMs ?? 0;
    // SQLite's clock is asked for whole seconds.
    expect(kept).toBeGreaterThanOrEqual(beforeMs - 1000 + WEEK_MS);
    expect(kept).toBeLessThanOrEqual(Date.now() + WEEK_MS);
    expect(await store.overdue(10, { nowMs: Number.MAX_SAFE_INTEGER })).toEqual([]);
    expect(await store.expired(10, { nowMs: kept })).toEqual([]);
    expect(await store.expired(10, { nowMs: kept + 1 })).toMatchObject([{ id: 'ended' }]);
  });

  it('is brought up to date once: opened again it is as it was left', async () => {
    store = createSqliteStore({ file });
    const first = await listOf(store);
    await store.close();
    store = createSqliteStore({ file });
    expect(await listOf(store)).toEqual(first);
  });

  it('opens too when it was made with a part of the second version already, and keeps what lies there', async () => {
    const database = new DatabaseSync(file);
    database.exec(`
      CREATE INDEX tasks_waiting ON tasks (create_time_ms) WHERE state = 'QUEUED';
      CREATE TABLE diagnostics (tenant TEXT NOT NULL, id TEXT NOT NULL, diagnostics TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT;
      INSERT INTO diagnostics VALUES ('default', 'ended', '{"kept":true}');
      UPDATE tasks SET document = json_set(document, '$.priority', 5, '$.queueRankMs', 700, '$.labels', json('{"project":"spring"}')) WHERE id = 'queued';`);
    database.close();
    store = createSqliteStore({ file });
    expect(await store.getDiagnostics(ended)).toBe('{"kept":true}');
    expect(await store.queued(10)).toMatchObject([{ id: 'queued', priority: 5, queueRankMs: 700, labels: { project: 'spring' }, ttlMs: WEEK_MS }]);
  });

  it('a step that fails leaves the file as it was, unlocked', () => {
    const withFile = <T>(use: (database: DatabaseSyncInstance) => T): T => {
      const database = new DatabaseSync(file);
      try {
        return use(database);
      } finally {
        database.close();
      }
    };
    withFile((database) => { database.exec(`UPDATE tasks SET document = 'no JSON' WHERE id = 'ended'`); });
    for (let round = 0; round < 2; round++) expect(() => createSqliteStore({ file })).toThrow(/malformed JSON/);
    expect(withFile((database): unknown => database.prepare('PRAGMA user_version').get())).toEqual({ user_version: 1 });
    expect(withFile((database): unknown => database.prepare(`SELECT document FROM tasks WHERE id = 'queued'`).get())).toEqual({ document: JSON.stringify(queued) });
  });
});
