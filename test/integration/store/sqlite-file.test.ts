import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync, symlinkSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openConnection } from '../../../src/store/sqlite/connection.js';
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { progressed, succeeded } from '../../../src/task/lifecycle.js';
import { claim, insertQueued, insertRunning, listOf, LONG_MS, newTask } from '../../contract/store-under-test.js';
import { startThreadTime } from '../../support/thread-time.js';

const progress = {
  phase: 'RENDERING',
  percent: 40,
  framesDone: 4,
  framesTotal: 10,
  outTimeUs: 123,
  speed: 1.5,
  phaseTimings: [],
  remainingMs: null,
} as const;

describe('the file of the SQLite store', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cutroom-sqlite-'));
    file = join(folder, 'data', 'tasks.db');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('is refused to a second opener at once, in the same process and through a link, with its name', async () => {
    const store = createSqliteStore({ file });
    symlinkSync(file, join(folder, 'link.db'));
    for (const path of [file, join(folder, 'link.db')]) {
      const since = startThreadTime();
      expect(() => createSqliteStore({ file: path })).toThrow(/data\/tasks\.db is in use by another process/);
      expect(since().ownMs).toBeLessThan(1_000);
    }
    // The refusals took nothing away from the first.
    expect(() => createSqliteStore({ file })).toThrow(/in use/);
    await insertQueued(store);
    await store.close();
    await createSqliteStore({ file }).close();
  });

  it('acknowledges no task that could not be synced, nor its repetition, though the task can be read', async () => {
    const store = createSqliteStore({ file });
    // SQLite has it open and goes on; who waits for the disk opens it at the first change, and cannot.
    await rm(`${file}-wal`);
    const task = newTask({ requestId: '123e4567-e89b-42d3-a456-426614174000' });
    const refused = { detail: { reason: 'STORE_UNAVAILABLE' } };
    await expect(store.insert(task, '{}')).rejects.toMatchObject(refused);
    expect(await store.get(task)).toMatchObject({ id: task.id });
    await expect(store.findByRequestId(task.tenant, task.requestId ?? '')).rejects.toMatchObject(refused);
    await store.close();
  });

  it('is refused to another process while the first lives, and has every acknowledged task after kill -9', async () => {
    const writer = startWriter(file);
    try {
      await vi.waitFor(
        () => {
          expect(writer.acknowledged().length).toBeGreaterThan(20);
        },
        { timeout: 60_000, interval: 10 },
      );
      expect(() => createSqliteStore({ file })).toThrow(/in use by another process/);
    } finally {
      await writer.kill();
    }
    const ids = writer.acknowledged();
    expect(ids.length).toBeGreaterThan(20);
    const since = startThreadTime();
    const store = createSqliteStore({ file });
    expect(since().ownMs).toBeLessThan(5_000);
    for (const id of ids) {
      expect(await store.get({ tenant: 'default', id })).toMatchObject({ id, state: 'RUNNING' });
      expect(await store.getSpec({ tenant: 'default', id })).toBe(`"${id.replace('task', 'spec')}"`);
    }
    // The killed process's tasks are taken back without waiting for their leases, though those have ten minutes to go.
    const abandoned = await store.abandoned(10_000, { owner: 'me' });
    expect(abandoned.map((task) => task.id)).toEqual(expect.arrayContaining(ids));
    await store.close();
  });

  it('is not written with the spec for a write of progress', async () => {
    const store = createSqliteStore({ file });
    const queued = newTask();
    await store.insert(queued, JSON.stringify('x'.repeat(2_000_000)));
    let task = claim(queued);
    await store.replace(queued, task, { leaseMs: LONG_MS });
    const before = statSync(`${file}-wal`).size;
    const writes = 20;
    for (let i = 0; i < writes; i++) {
      const next = progressed(task, { ...progress, framesDone: i }, i);
      expect(await store.replace(task, next, { leaseMs: LONG_MS })).toBe(true);
      task = next;
    }
    // A handful of pages of 4 KB each: the row, the index of leases.
    expect(statSync(`${file}-wal`).size - before).toBeLessThan(writes * 5 * 4200);
    await store.close();
  });

  it('is synced as each write requires, whatever the write before it required', () => {
    const connection = openConnection(file);
    const mode = (): unknown => connection.rows('PRAGMA synchronous')[0]?.synchronous;
    const NORMAL = 1;
    const FULL = 2;
    const write = `INSERT INTO secrets (name, value) VALUES (hex(randomblob(8)), x'00')`;
    expect(mode()).toBe(FULL);
    connection.run('normal', write);
    expect(mode()).toBe(NORMAL);
    connection.run('full', write);
    expect(mode()).toBe(FULL);
    connection.run('normal', write);
    expect(connection.transaction('full', mode)).toBe(FULL);
    connection.close();
  });

  it('is unchanged after a transaction that fails, with a working connection', () => {
    const connection = openConnection(file);
    const count = (): unknown => connection.rows('SELECT count(*) AS n FROM secrets')[0]?.n;
    const write = `INSERT INTO secrets (name, value) VALUES ('same', x'00')`;
    const twice = (): void => {
      connection.run('full', write);
      connection.run('full', write);
    };
    expect(() => {
      connection.transaction('full', twice);
    }).toThrow(expect.objectContaining({ detail: { reason: 'STORE_UNAVAILABLE' } }));
    expect(count()).toBe(0);
    connection.run('full', write);
    expect(count()).toBe(1);
    connection.close();
  });

  it('is readable by its owner only, with every file beside it', async () => {
    const store = createSqliteStore({ file });
    await insertQueued(store);
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
    for (const suffix of ['', '-wal', '-shm', '.lock'])
      expect(statSync(file + suffix).mode & 0o777, suffix).toBe(0o600);
    await store.close();
  });

  it('is complete without its log after it was closed', async () => {
    const store = createSqliteStore({ file });
    const task = await insertQueued(store);
    await store.close();
    const copy = join(folder, 'copy.db');
    await copyFile(file, copy);
    const again = createSqliteStore({ file: copy });
    expect(await again.get(task)).toEqual(task);
    await again.close();
  });

  it('is migrated from the first version with its content', async () => {
    const before = createSqliteStore({ file });
    const task = await insertQueued(before, { labels: { project: 'x' } });
    await insertQueued(before);
    await before.putDiagnostics(task, '"old"', { fence: 7 });
    for (const parts of [[{ name: 'p', contentType: 'image/jpeg', sizeBytes: 7 }], undefined]) {
      const running = await insertRunning(before, LONG_MS, { tenant: 'acme' });
      const facts = { durationUs: 1, width: 2, height: 2, frameRate: { num: 1, den: 1 }, frameCount: 1, sha256: '' };
      const codecs = { videoCodec: '', audioCodec: '' };
      const output = { key: 'a', location: 'a', sizeBytes: 100, ...facts, ...codecs, ...(parts && { parts }) };
      await before.replace(running, succeeded(running, { outputs: [output], warnings: [] }, 1), { leaseMs: 0 });
    }
    await before.close();
    const database = new DatabaseSync(file);
    database.exec(
      `ALTER TABLE diagnostics DROP COLUMN fence; DROP TABLE labels; DROP INDEX tasks_list_state; CREATE INDEX tasks_waiting ON tasks (create_time_ms);
       DROP TABLE task_counts; DROP TABLE api_keys; DROP INDEX tasks_deliveries; DROP TABLE signing_secrets;
       DROP TABLE usage; DROP INDEX tasks_output_bytes; ALTER TABLE tasks DROP COLUMN output_bytes; PRAGMA user_version = 1`,
    );
    database.close();
    const store = createSqliteStore({ file });
    expect([await store.get(task), await store.getDiagnostics(task)]).toEqual([task, '"old"']);
    const filter = { states: null, labels: [{ key: 'project', value: 'x', equal: true }] };
    expect(await listOf(store, { filter })).toEqual([task]);
    expect([await store.count(task.tenant), await store.outputBytes('acme')]).toEqual([2, 207]);
    await store.putDiagnostics(task, '"new"', { fence: 1 });
    expect(await store.getDiagnostics(task)).toBe('"new"');
    await store.close();
  });

  it('has no sums of the days before yesterday once one of today is added to', async () => {
    const store = createSqliteStore({ file });
    const sums = () => Promise.all([1, 2, 3].map((day) => store.pixelFramesOn({ tenant: 'a', day })));
    for (const day of [1, 2]) await store.addPixelFrames({ tenant: 'a', day }, day);
    expect(await sums()).toEqual([1, 2, 0]);
    await store.addPixelFrames({ tenant: 'b', day: 3 }, 5);
    expect(await sums()).toEqual([0, 2, 0]);
    await store.close();
  });

  it('is refused and unchanged when its version is newer', async () => {
    await createSqliteStore({ file }).close();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => createSqliteStore({ file })).toThrow(/schema version 99/);
    // The refusal gave the lock back.
    expect(() => createSqliteStore({ file })).toThrow(/schema version 99/);
  });

  it('is refused when it is no database', async () => {
    const other = join(folder, 'notes.txt');
    await writeFile(other, 'no database, but quite long enough to have a header of one hundred bytes. '.repeat(20));
    expect(() => createSqliteStore({ file: other })).toThrow(/not a database/);
  });
});

interface Writer {
  acknowledged(): string[];
  kill(): Promise<void>;
}

function startWriter(file: string): Writer {
  const hooks = new URL('../../support/typescript-hooks.mjs', import.meta.url).href;
  const script = new URL('./sqlite-writer.ts', import.meta.url).pathname;
  const child: ChildProcess = spawn(process.execPath, ['--import', hooks, script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const closed = once(child, 'close');
  return {
    // A line that was cut off by the kill was not said.
    acknowledged: () => output.split('\n').slice(0, -1),
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
