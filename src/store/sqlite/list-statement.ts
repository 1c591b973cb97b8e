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

/** Where each is had by more tasks than this, it hardly matters which leads. */
const MANY = 10_000;

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
  const few = (where: string) => `SELECT count(*) AS n FROM (SELECT 1 FROM ${where} LIMIT ${MANY})`;
  const size = (driver: NonNullable<Driver>): number =>
    'label' in driver
      ? count(few('labels WHERE tenant = ? AND key = ? AND value = ?'), tenant, driver.label.key, driver.label.value)
      : driver.states.reduce(
          (sum, state) => sum + count(few('tasks WHERE tenant = ? AND state = ?'), tenant, state),
          0,
        );
  const sized = drivers.map((driver) => ({ driver, size: size(driver) }));
  return sized.reduce((best, other) => (other.size < best.size ? other : best)).driver;
}

/** The page of a list, as `document`s in order. */
export function listStatement(query: ListQuery, driver: Driver): Statement {
  const {
    filter: { states, labels },
    limit,
  } = query;
  if (driver === null) return page(query, BY_TIME, NOTHING, conditions({ states, labels }));
  if ('label' in driver) {
    const { key, value } = driver.label;
    const leading = { sql: ' AND labels.key = ? AND labels.value = ?', values: [key, value] };
    return page(
      query,
      BY_LABEL,
      leading,
      conditions({ states, labels: labels.filter((label) => label !== driver.label) }),
    );
  }
  // Within each state there is an order; a list of several is made of the first of each.
  const parts = driver.states.map((state) =>
    page(query, BY_TIME, { sql: ' AND tasks.state = ?', values: [state] }, conditions({ states: null, labels })),
  );
  if (parts.length === 0) return page(query, BY_TIME, { sql: ' AND 0', values: [] }, NOTHING);
  return {
    sql: `SELECT document FROM (${parts.map(({ sql }) => `SELECT * FROM (${sql})`).join(' UNION ALL ')}) ${orderBy(query, '')} LIMIT ?`,
    values: [...parts.flatMap(({ values }) => values), limit],
  };
}

/** The table that is scanned, with `tenant`, `create_time_ms` and `id`, and the join from it to the task. */
interface Path {
  readonly table: 'tasks' | 'labels';
  readonly from: string;
}

const BY_TIME: Path = { table: 'tasks', from: 'tasks' };
/** A CROSS JOIN is done as it is written: SQLite must not turn it round. */
const BY_LABEL: Path = {
  table: 'labels',
  from: 'labels CROSS JOIN tasks ON tasks.tenant = labels.tenant AND tasks.id = labels.id',
};

const NOTHING: Statement = { sql: '', values: [] };

/** @param leading the condition that the path has an index for, before its order; @param others the conditions checked for each task. */
function page(query: ListQuery, { table, from }: Path, leading: Statement, others: Statement): Statement {
  const { tenant, order, after, limit } = query;
  const cursor = after
    ? ` AND (${table}.create_time_ms, ${table}.id) ${order === 'newest-first' ? '<' : '>'} (?, ?)`
    : '';
  return {
    sql:
      `SELECT tasks.document, tasks.create_time_ms, tasks.id FROM ${from} WHERE ${table}.tenant = ?${leading.sql}${cursor}${others.sql}` +
      ` ${orderBy(query, `${table}.`)} LIMIT ?`,
    values: [tenant, ...leading.values, ...(after ? [after.createTimeMs, after.id] : []), ...others.values, limit],
  };
}

function orderBy({ order }: ListQuery, prefix: string): string {
  const direction = order === 'newest-first' ? 'DESC' : 'ASC';
  return `ORDER BY ${prefix}create_time_ms ${direction}, ${prefix}id ${direction}`;
}

const HAS_LABEL =
  'EXISTS (SELECT 1 FROM labels AS l WHERE l.tenant = tasks.tenant AND l.key = ? AND l.value = ? AND l.create_time_ms = tasks.create_time_ms AND l.id = tasks.id)';

/** A task without a label has no value of it, and so another than any. */
function conditions({ states, labels }: ListQuery['filter']): Statement {
  const all: Statement[] = [
    ...(states ? [{ sql: `tasks.state IN (${states.map(() => '?').join(', ')})`, values: states }] : []),
    ...labels.map(({ key, value, equal }) => ({ sql: equal ? HAS_LABEL : `NOT ${HAS_LABEL}`, values: [key, value] })),
  ];
  return { sql: all.map(({ sql }) => ` AND ${sql}`).join(''), values: all.flatMap(({ values }) => values) };
}
