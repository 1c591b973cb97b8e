import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import type * as Sqlite from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import type { Store } from '../../../src/task/ports/store.js';
import type { ListQuery } from '../../../src/task/ports/task-store.js';
import type { TaskState } from '../../../src/task/task.js';
import { claim, insertQueued, listOf, LONG_MS, OWNER } from '../../contract/store-under-test.js';

const { prepared } = vi.hoisted(() => ({ prepared: [] as string[] }));

// The real library, which also notes down what is prepared: its method cannot be spied on.
vi.mock('@photostructure/sqlite', async (importOriginal) => {
  const original = await importOriginal<typeof Sqlite>();
  class NotingDatabase extends original.DatabaseSync {
    override prepare(sql: string): StatementSyncInstance {
      prepared.push(sql);
      return super.prepare(sql);
    }
  }
  return { ...original, DatabaseSync: NotingDatabase };
});

describe('the queries of the SQLite store', () => {
  let folder: string;
  let store: Store;
  let reader: DatabaseSyncInstance;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cutroom-plans-'));
    const file = join(folder, 'tasks.db');
    store = createSqliteStore({ file });
    reader = new DatabaseSync(file);
  });
  afterAll(async () => {
    reader.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  async function preparedBy(call: () => Promise<unknown>): Promise<string[]> {
    prepared.length = 0;
    await call();
    return [...prepared];
  }

  /** How SQLite goes about the statements that a call prepares; only calls whose statements are new have any. */
  async function plansOf(call: () => Promise<unknown>): Promise<string[]> {
    const statements = await preparedBy(call);
    expect(statements).not.toEqual([]);
    return statements.flatMap((sql) =>
      (reader.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]).map(({ detail }) => detail),
    );
  }

  it('read the candidates of a claim from the index of the queue, in order', async () => {
    expect(await plansOf(() => store.queued(8, { after: '' }))).toEqual([
      'SEARCH tasks USING INDEX tasks_queued (tenant>?)',
    ]);
  });

  it('read the ranks of the queue from its index alone, in order', async () => {
    const [sql] = await preparedBy(() => store.queuedRanks('default', 8));
    const operations = reader.prepare(`EXPLAIN ${sql!}`).all() as { opcode: string; p4: string | null }[];
    // The rank would be extracted from a document by this function.
    expect(operations.filter(({ p4 }) => p4?.startsWith('json_extract') === true)).toEqual([]);
    expect(operations.map(({ opcode }) => opcode)).toContain('DeferredSeek');
    expect(operations.map(({ opcode }) => opcode)).not.toContain('SorterSort');
  });

  it('count the queues of tenants, their running tasks and their bytes in indexes alone', async () => {
    expect(await plansOf(() => store.queuedByTenant())).toEqual(['SCAN tasks USING COVERING INDEX tasks_queued']);
    expect(await plansOf(() => store.countIn('default', 'RUNNING', 9))).toContain(
      'SEARCH tasks USING COVERING INDEX tasks_list_state (tenant=? AND state=?)',
    );
    expect(await plansOf(() => store.outputBytes('default'))).toEqual([
      'SEARCH tasks USING COVERING INDEX tasks_output_bytes (tenant=? AND output_bytes>?)',
    ]);
  });

  it('read only running tasks in the search for abandoned ones, in order', async () => {
    expect(await plansOf(() => store.abandoned(8, { owner: OWNER }))).toEqual(['SCAN tasks USING INDEX tasks_running']);
  });

  it('find overdue and expired tasks by indexes of their own, in order', async () => {
    expect(await plansOf(() => store.overdue(8, { nowMs: 1 }))).toEqual([
      'SEARCH tasks USING INDEX tasks_overdue (<expr><?)',
    ]);
    expect(await plansOf(() => store.expired(8, { nowMs: 1 }))).toEqual([
      'SEARCH tasks USING INDEX tasks_expired (<expr><?)',
    ]);
  });

  it('find tasks with due deliveries by an index of their own, in order', async () => {
    expect(await plansOf(() => store.withDueDeliveries(8, { nowMs: 1 }))).toEqual([
      'SEARCH tasks USING INDEX tasks_deliveries (<expr><?)',
    ]);
  });

  it('count the queue in indexes as small as the queue', async () => {
    for (const plan of await plansOf(() => store.stats()))
      expect(plan).toMatch(
        /^(SCAN CONSTANT ROW|SCALAR SUBQUERY \d|(SCAN|SEARCH) tasks USING COVERING INDEX tasks_(queued|overdue|running|deliveries))/,
      );
  });

  it.each(['newest-first', 'oldest-first'] as const)(
    'read a page of the list, %s, from the end of the page before',
    async (order) => {
      const comes = order === 'newest-first' ? '<' : '>';
      const after = { createTimeMs: 1, id: 'x' };
      const task = 'SEARCH tasks USING INDEX sqlite_autoindex_tasks_1 (tenant=? AND id=?)';
      const searchesOf = async (query: Partial<ListQuery>) => {
        const plans = await plansOf(() => listOf(store, { order, ...query }));
        expect(plans.filter((plan) => /^SCAN (tasks|labels)/.test(plan))).toEqual([]);
        // Only the slices of several states are put in one order.
        if (!query.filter?.states) expect(plans.filter((plan) => plan.includes('TEMP B-TREE'))).toEqual([]);
        return new Set(plans.filter((plan) => plan.startsWith('SEARCH')));
      };
      expect(await searchesOf({})).toEqual(new Set(['SEARCH tasks USING COVERING INDEX tasks_list (tenant=?)', task]));
      expect(await searchesOf({ after })).toEqual(
        new Set([`SEARCH tasks USING COVERING INDEX tasks_list (tenant=? AND (create_time_ms,id)${comes}(?,?))`, task]),
      );
      const byLabel = { states: null, labels: [{ key: 'a', value: 'x', equal: true }] };
      expect(await searchesOf({ after, filter: byLabel })).toEqual(
        new Set([
          `SEARCH labels USING PRIMARY KEY (tenant=? AND key=? AND value=? AND (create_time_ms,id)${comes}(?,?))`,
          task,
        ]),
      );
      expect(await searchesOf({ after, filter: { states: ['QUEUED', 'FAILED'], labels: [] } })).toEqual(
        new Set([
          `SEARCH tasks USING COVERING INDEX tasks_list_state (tenant=? AND state=? AND (create_time_ms,id)${comes}(?,?))`,
          task,
        ]),
      );
    },
  );

  it('follow the condition of a list that the fewest tasks fulfil', async () => {
    for (let i = 0; i < 5; i++)
      await insertQueued(store, { labels: { project: 'many', run: i === 0 ? 'one' : 'other' } });
    const lead = async (labels: Record<string, string>, states: readonly TaskState[] | null) => {
      const statements = await preparedBy(() =>
        listOf(store, {
          filter: { states, labels: Object.entries(labels).map(([key, value]) => ({ key, value, equal: true })) },
        }),
      );
      const [list, ...more] = statements.filter((sql) => sql.includes('document'));
      expect(more).toEqual([]);
      return /FROM \(SELECT create_time_ms, id FROM (labels|tasks)/.exec(list ?? '')?.[1];
    };
    expect(await lead({ project: 'many', run: 'one' }, ['QUEUED'])).toBe('labels');
    expect(await lead({ project: 'many' }, ['FAILED'])).toBe('tasks');
    const rows = await listOf(store, {
      filter: {
        states: ['QUEUED'],
        labels: [
          { key: 'project', value: 'many', equal: true },
          { key: 'run', value: 'one', equal: true },
        ],
      },
    });
    expect(rows).toHaveLength(1);
  });

  it('count the tasks of a tenant by reading one row', async () => {
    expect(await plansOf(() => store.count('default'))).toEqual(['SEARCH task_counts USING PRIMARY KEY (tenant=?)']);
  });

  it('find the parts of one task by its key', async () => {
    const task = await insertQueued(store, { requestId: 'r', labels: { project: 'x' } });
    const byKey =
      /^SEARCH (tasks|diagnostics|specs) USING (COVERING )?INDEX sqlite_autoindex_\w+ \(tenant=\? AND id=\?\)$|^SEARCH labels USING PRIMARY KEY \(tenant=\? AND key=\? AND value=\? AND create_time_ms=\? AND id=\?\)$/;
    const running = claim(task);
    const calls = [
      () => store.replace(task, running, { leaseMs: LONG_MS }),
      () => store.renewLease({ key: task, fence: 1, attemptId: running.attemptId ?? '', leaseMs: LONG_MS }),
      () => store.putDiagnostics(task, '{}', { fence: 1 }),
      () => store.getDiagnostics(task),
      () => store.remove(running),
    ];
    for (const call of calls) for (const plan of await plansOf(call)) expect(plan).toMatch(byKey);
  });

  it('prepare no more statements than needed, however many variants a filter has', async () => {
    const form = (i: number) =>
      Array.from({ length: 8 }, (_, bit) => ({ key: 'a', value: 'x', equal: (i >> bit) % 2 === 1 }));
    const ask = (i: number) => preparedBy(() => listOf(store, { filter: { states: null, labels: form(i) } }));
    for (let i = 0; i < 200; i++) await ask(i);
    const lists = (statements: readonly string[]) => statements.filter((sql) => sql.includes('document'));
    // The last is still there, the first has been let go.
    expect(lists(await ask(199))).toHaveLength(0);
    expect(lists(await ask(0))).toHaveLength(1);
  });
});
