import type { ListCursor, ListPage, ListQuery } from '../../task/ports/task-store.js';
import type { Task } from '../../task/task.js';
import type { Connection, Value } from './connection.js';
import { chooseDriver, endOf, lookupsPerTask, matchesOf, type Slice } from './list-statement.js';
import { createTurns } from './turns.js';

/** Look-ups in an index that are made at a time, about 2 ms: between two slices others have their turn. */
const LOOKUPS_PER_SLICE = 1_000;
/** A task has 1 to 50 KB, nearly all of it labels. */
const MAX_TASKS_PER_SLICE = 100;
/** Look-ups that a call makes at most: its page ends then, full or not. */
const MAX_LOOKUPS = 100_000;
/** Positions that are stepped over at a time, about 2 ms. */
const STEPS_PER_SLICE = 20_000;

/** Reads that may go through all tasks. They run in the service's own thread, so they are done in slices, one per turn of the event loop. */
export interface LongReads {
  list(query: ListQuery): Promise<ListPage>;
  positionOf(tenant: string, place: number): Promise<ListCursor | null>;
}

export function longReadsOf({ rows }: Pick<Connection, 'rows'>): LongReads {
  const turn = createTurns();
  const count = (sql: string, ...values: Value[]): number => (rows(sql, ...values)[0] as { n: number }).n;

  function positionAt(slice: Slice): ListCursor | null {
    const end = endOf(slice);
    const [row] = rows(end.sql, ...end.values) as { create_time_ms: number; id: string }[];
    return row ? { createTimeMs: row.create_time_ms, id: row.id } : null;
  }

  return {
    list: async (query) => {
      const driver = chooseDriver(query, count);
      const each = Math.max(1, lookupsPerTask(query, driver));
      const perSlice = Math.max(1, Math.floor(LOOKUPS_PER_SLICE / each));
      const tasks: Task[] = [];
      let { after } = query;
      let length = Math.min(query.limit, MAX_TASKS_PER_SLICE, perSlice);
      for (let lookups = 0; lookups < MAX_LOOKUPS; lookups += length * each) {
        if (lookups > 0) {
          await turn();
          length = perSlice;
        }
        const limit = Math.min(query.limit - tasks.length, MAX_TASKS_PER_SLICE);
        const slice: Slice = { query: { ...query, after, limit }, driver, length };
        const { sql, values } = matchesOf(slice);
        const found = rows(sql, ...values).map((row) => JSON.parse(row.document as string) as Task);
        tasks.push(...found);
        after = found.length === limit ? (found.at(-1) ?? null) : positionAt(slice);
        if (after === null || tasks.length === query.limit) break;
      }
      return { tasks, next: after && { createTimeMs: after.createTimeMs, id: after.id } };
    },

    positionOf: async (tenant, place) => {
      let position: ListCursor | null = null;
      for (let rest = place; rest > 0; rest -= STEPS_PER_SLICE) {
        if (position) await turn();
        const query: ListQuery = { ...EVERYTHING, tenant, after: position };
        position = positionAt({ query, driver: null, length: Math.min(rest, STEPS_PER_SLICE) });
        if (position === null) return null;
      }
      return position;
    },
  };
}

const EVERYTHING = { limit: 0, filter: { states: null, labels: [] }, order: 'newest-first' } as const;
