import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { Store } from '../../../src/task/ports/store.js';
import type { ListPage, ListQuery } from '../../../src/task/ports/task-store.js';
import { newTask, pageOf } from '../../contract/store-under-test.js';

const TASKS = 250_000;
const label = (key: string, value: string, equal = true) => ({ key, value, equal });
const labels = (...all: ReturnType<typeof label>[]) => ({ filter: { states: null, labels: all } });

describe('a long read of the SQLite store', () => {
  let folder: string;
  let store: Store;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cutroom-long-reads-'));
    const file = join(folder, 'tasks.db');
    store = createSqliteStore({ file });
    fill(file);
  });
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  /** How many turns of the event loop a call lets pass. */
  async function turnsOf<T>(call: Promise<T>): Promise<{ answer: T; turns: number }> {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const answer = await call;
    isOver = true;
    return { answer, turns };
  }

  async function allPages(query: Partial<ListQuery>): Promise<ListPage[]> {
    const pages: ListPage[] = [];
    let next: ListPage['next'] = null;
    do {
      const page: ListPage = await pageOf(store, { ...query, after: next });
      pages.push(page);
      next = page.next;
    } while (next !== null);
    return pages;
  }

  it('yields to other work while it looks for tasks with two labels that no task has together', async () => {
    const { answer, turns } = await turnsOf(pageOf(store, labels(label('half', 'a'), label('other', 'b'))));
    expect(answer.tasks).toEqual([]);
    expect(turns).toBeGreaterThan(50);
  });

  it('ends a page early, even without a task, and continues from there to the end', async () => {
    const pages = await allPages(labels(label('half', 'a'), label('other', 'b')));
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flatMap(({ tasks }) => tasks)).toEqual([]);
  });

  it.each(['newest-first', 'oldest-first'] as const)(
    'has each task without the labels exactly once in its short pages, %s',
    async (order) => {
      const pages = await allPages({
        order,
        limit: 2,
        ...labels(label('half', 'a', false), label('half', 'b', false)),
      });
      const expected = ['t000001', 't125000', 't125001', 't250000'];
      expect(pages.flatMap(({ tasks }) => tasks.map(({ id }) => id))).toEqual(
        order === 'newest-first' ? expected.reverse() : expected,
      );
      expect(pages.some(({ tasks }) => tasks.length === 0)).toBe(true);
    },
  );

  it('takes one slice to find the task of a rare label among many of a state', async () => {
    const filter = { states: ['QUEUED'] as const, labels: [label('run', 'r5')] };
    const { answer, turns } = await turnsOf(pageOf(store, { filter }));
    expect(answer).toMatchObject({ tasks: [{ id: 't000005' }], next: null });
    expect(turns).toBeLessThan(3);
  });

  it('finds the last place of the list, and yields to other work on the way', async () => {
    const { answer, turns } = await turnsOf(store.positionOf('default', TASKS));
    expect(answer).toEqual({ createTimeMs: 1, id: 't000001' });
    expect(turns).toBeGreaterThanOrEqual(3);
    expect(await store.positionOf('default', TASKS + 1)).toBeNull();
  });
});

/**
 * All have the label `half`, a or b, but for the two at each end and the two in the middle; those with b have `other = b`. Written by SQL:
 * one insert each would take minutes.
 */
function fill(file: string): void {
  const database = new DatabaseSync(file);
  const document = JSON.stringify(newTask({ id: 'ID', nowMs: 0 }));
  database.exec(`
    BEGIN;
    CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${TASKS}) SELECT i, printf('t%06d', i) AS id FROM n;
    INSERT INTO tasks (tenant, id, state, revision, fence, create_time_ms, document)
      SELECT 'default', id, 'QUEUED', 1, 0, i, json_set('${document}', '$.id', id, '$.createTimeMs', i) FROM n;
    DELETE FROM n WHERE i IN (1, ${TASKS / 2}, ${TASKS / 2 + 1}, ${TASKS});
    INSERT INTO labels SELECT 'default', 'half', CASE WHEN i <= ${TASKS / 2} THEN 'a' ELSE 'b' END, i, id FROM n;
    INSERT INTO labels SELECT 'default', 'other', 'b', i, id FROM n WHERE i > ${TASKS / 2};
    INSERT INTO labels VALUES ('default', 'run', 'r5', 5, 't000005');
    INSERT INTO task_counts VALUES ('default', ${TASKS});
    COMMIT;
  `);
  database.close();
}
