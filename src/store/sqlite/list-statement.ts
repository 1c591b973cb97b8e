import type { LabelCondition, ListQuery } from '../../task/ports/task-store.js';
import type { TaskState } from '../../task/task.js';
import type { Value } from './connection.js';

/** A query and the values of its question marks. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** The condition whose index gives a list its order; the other conditions are checked for each task. Null: all tasks of the tenant. */
export type Driver = { readonly label: LabelCondition } | { readonly states: readonly TaskState[] } | null;

/** So many tasks are counted altogether to find the driver: where each condition is met by more, it hardly matters which leads. */
const MAX_COUNTED = 20_000;
/** First so many of each condition: one that few tasks fulfil is found without counting those of many. */
const FIRST_COUNTS = [100, 1_500];

/**
 * The condition that the fewest tasks fulfil: a label of a hundred tasks is not looked for among a hundred thousand.
 * @param count answers a query with the column `n`.
 */
export function chooseDriver(
  { tenant, filter }: ListQuery,
  count: (sql: string, ...values: Value[]) => number,
): Driver {
  const drivers: NonNullable<Driver>[] = filter.labels.filter(({ equal }) => equal).map((label) => ({ label }));
  if (filter.states) drivers.push({ states: filter.states });
  if (drivers.length < 2) return drivers[0] ?? null;
  const few = (where: string) => `SELECT count(*) AS n FROM (SELECT 1 FROM ${where} LIMIT ?)`;
  const most = Math.ceil(MAX_COUNTED / drivers.length);
  const sizeOf = (driver: NonNullable<Driver>, limit: number): number =>
    'label' in driver
      ? count(
          few('labels WHERE tenant = ? AND key = ? AND value = ?'),
          ...[tenant, driver.label.key, driver.label.value, limit],
        )
      : driver.states.reduce(
          (sum, state) => sum + count(few('tasks WHERE tenant = ? AND state = ?'), tenant, state, limit),
          0,
        );
  for (const limit of [...FIRST_COUNTS, most]) {
    const sized = drivers.map((driver) => ({ driver, size: sizeOf(driver, limit) }));
    const best = sized.reduce((least, other) => (other.size < least.size ? other : least));
    if (best.size < limit || limit === most) return best.driver;
  }
  return null;
}

/** A piece of a list: the next `length` tasks that fulfil its driver. */
export interface Slice {
  readonly query: ListQuery;
  readonly driver: Driver;
  readonly length: number;
}

/** The tasks of a slice that fulfil all conditions, `query.limit` at most, as `document`, `create_time_ms` and `id` in order. */
export function matchesOf(slice: Slice): Statement {
  const { query } = slice;
  const candidates = candidatesOf(slice);
  const others = othersOf(slice);
  return {
    sql:
      // A CROSS JOIN is done as it is written. Conditions on labels are checked before it comes to the task.
      `SELECT tasks.document, c.create_time_ms, c.id FROM (${candidates.sql}) AS c ` +
      `CROSS JOIN tasks ON tasks.tenant = ? AND tasks.id = c.id WHERE 1${others.sql} ${orderBy(query, 'c.')} LIMIT ?`,
    values: [...candidates.values, query.tenant, ...others.values, query.limit],
  };
}

/** The last position of a slice, from an index alone; no row: the list ends within it. */
export function endOf(slice: Slice): Statement {
  const { sql, values } = candidatesOf(slice);
  return { sql: `SELECT create_time_ms, id FROM (${sql}) LIMIT 1 OFFSET ?`, values: [...values, slice.length - 1] };
}

/** How many look-ups in an index each task of a slice may take: in its driver, of which each state is read by itself, and for each other condition. */
export function lookupsPerTask({ filter: { states, labels } }: ListQuery, driver: Driver): number {
  const conditions = labels.length + (states ? 1 : 0);
  if (driver === null) return 1 + conditions;
  return 'label' in driver ? conditions : driver.states.length + labels.length;
}

/** The positions that a slice looks at, in order. No task is read for it. */
function candidatesOf({ query, driver, length }: Slice): Statement {
  if (driver === null) return positions(query, 'tasks', NOTHING, length);
  if ('label' in driver) {
    const { key, value } = driver.label;
    return positions(query, 'labels', { sql: ' AND key = ? AND value = ?', values: [key, value] }, length);
  }
  const [first, ...more] = driver.states.map((state) =>
    positions(query, 'tasks', { sql: ' AND state = ?', values: [state] }, length),
  );
  if (!first) return positions(query, 'tasks', { sql: ' AND 0', values: [] }, length);
  if (more.length === 0) return first;
  // Within each state there is an order; a list of several is made of the first of each.
  const parts = [first, ...more];
  return {
    sql: `SELECT * FROM (${parts.map(({ sql }) => `SELECT * FROM (${sql})`).join(' UNION ALL ')}) ${orderBy(query, '')} LIMIT ?`,
    values: [...parts.flatMap(({ values }) => values), length],
  };
}

const NOTHING: Statement = { sql: '', values: [] };

/** @param leading the condition that the table has an index for, before its order. */
function positions(query: ListQuery, table: 'tasks' | 'labels', leading: Statement, length: number): Statement {
  const { tenant, order, after } = query;
  const cursor = after ? ` AND (create_time_ms, id) ${order === 'newest-first' ? '<' : '>'} (?, ?)` : '';
  return {
    sql: `SELECT create_time_ms, id FROM ${table} WHERE tenant = ?${leading.sql}${cursor} ${orderBy(query, '')} LIMIT ?`,
    values: [tenant, ...leading.values, ...(after ? [after.createTimeMs, after.id] : []), length],
  };
}

function orderBy({ order }: ListQuery, prefix: string): string {
  const direction = order === 'newest-first' ? 'DESC' : 'ASC';
  return `ORDER BY ${prefix}create_time_ms ${direction}, ${prefix}id ${direction}`;
}

const HAS_LABEL =
  'EXISTS (SELECT 1 FROM labels AS l WHERE l.tenant = ? AND l.key = ? AND l.value = ? AND l.create_time_ms = c.create_time_ms AND l.id = c.id)';

/** The conditions that the driver leaves open. A task without a label has no value of it, and so another than any. */
function othersOf({ query: { tenant, filter }, driver }: Slice): Statement {
  const states = driver !== null && 'states' in driver ? null : filter.states;
  const labels = filter.labels.filter((label) => driver === null || !('label' in driver) || label !== driver.label);
  const all: Statement[] = [
    ...(states ? [{ sql: `tasks.state IN (${states.map(() => '?').join(', ')})`, values: states }] : []),
    ...labels.map(({ key, value, equal }) => ({
      sql: equal ? HAS_LABEL : `NOT ${HAS_LABEL}`,
      values: [tenant, key, value],
    })),
  ];
  return { sql: all.map(({ sql }) => ` AND ${sql}`).join(''), values: all.flatMap(({ values }) => values) };
}
