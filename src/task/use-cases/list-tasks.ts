import { createHash } from 'node:crypto';
import { CallError } from '../call-error.js';
import { parseListFilter } from '../list-filter.js';
import type { ListCursor, ListFilter, ListQuery, TaskStore } from '../ports/task-store.js';
import type { Task } from '../task.js';
import type { Violation } from '../../composition/violation.js';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;
const EVERYTHING: ListFilter = { states: null, labels: [] };

export interface ListTasksQuery {
  readonly tenant: string;
  /** 0: 50. More than 1000 is taken as 1000. */
  readonly pageSize: number;
  /** `nextPageToken` of the page before, with the same filter and order; empty: the first page. */
  readonly pageToken: string;
  /** `list-filter.ts` documents its syntax. */
  readonly filter: string;
  /** `create_time desc`, which empty means too, or `create_time`. */
  readonly orderBy: string;
  /** So many tasks are left out at the start of a list without a token, filter and order. Default: none. */
  readonly skip?: number;
  /** The size of a task in the answer, and of the whole answer: a page ends before the task that would exceed it, but has at least one. Default: no limit. */
  readonly limit?: { readonly maxBytes: number; readonly sizeOf: (task: Task) => number };
}

/** May have fewer tasks than asked for, or none, and a next page all the same: a store looks at so many tasks for one page. */
export interface TaskPage {
  readonly tasks: readonly Task[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/**
 * A page of a tenant's tasks. A token is a position in its list, not a number of rows, so that pages neither repeat nor skip a task while
 * others come and go; it is refused with another filter or order.
 * @throws CallError INVALID_REQUEST.
 */
export async function listTasks(deps: { readonly store: TaskStore }, query: ListTasksQuery): Promise<TaskPage> {
  const { limit, ...rest } = toListQuery(query);
  const after = query.skip ? await deps.store.positionOf(query.tenant, query.skip) : rest.after;
  if (query.skip && after === null) return { tasks: [], nextPageToken: '' };
  // One more than asked for shows whether there is a next page.
  const page = await deps.store.list({ ...rest, after, limit: limit + 1 });
  const tasks = fitting(page.tasks.slice(0, limit), query.limit);
  const next = page.tasks.length > tasks.length ? tasks.at(-1) : page.next;
  return { tasks, nextPageToken: next ? formatToken(query, next) : '' };
}

function fitting(tasks: readonly Task[], limit: ListTasksQuery['limit']): readonly Task[] {
  if (!limit) return tasks;
  let bytes = 0;
  const end = tasks.findIndex((task, i) => {
    bytes += limit.sizeOf(task);
    return i > 0 && bytes > limit.maxBytes;
  });
  return end < 0 ? tasks : tasks.slice(0, end);
}

function toListQuery(query: ListTasksQuery): ListQuery {
  const violations: Violation[] = [];
  if (query.pageSize < 0) violations.push({ field: 'page_size', description: 'must not be negative' });
  const order = orderOf(query.orderBy);
  if (!order) violations.push({ field: 'order_by', description: 'must be "create_time desc" or "create_time"' });
  const filter = parseListFilter(query.filter);
  if ('problem' in filter) violations.push({ field: 'filter', description: filter.problem });
  const after = query.pageToken === '' ? null : parseToken(query);
  if (after === undefined) {
    violations.push({
      field: 'page_token',
      description: 'is not a token that this service has given out for this filter and order',
    });
  }
  if (violations.length > 0) throw new CallError({ reason: 'INVALID_REQUEST', violations });
  return {
    tenant: query.tenant,
    limit: Math.min(query.pageSize === 0 ? DEFAULT_PAGE_SIZE : query.pageSize, MAX_PAGE_SIZE),
    filter: 'problem' in filter ? EVERYTHING : filter,
    order: order ?? 'newest-first',
    after: after ?? null,
  };
}

/** The orders of a list, by their names for callers. */
export const ORDERS = {
  'create_time desc': 'newest-first',
  create_time: 'oldest-first',
  'create_time asc': 'oldest-first',
} as const satisfies Readonly<Record<string, ListQuery['order']>>;

function orderOf(text: string): ListQuery['order'] | null {
  const name = text.trim().replace(/\s+/g, ' ');
  if (name === '') return 'newest-first';
  return Object.hasOwn(ORDERS, name) ? ORDERS[name as keyof typeof ORDERS] : null;
}

/** The part of a query that a token is bound to. */
function digestOf({ tenant, filter, orderBy }: ListTasksQuery): string {
  return createHash('sha256')
    .update(JSON.stringify([tenant, filter.trim(), orderOf(orderBy)]))
    .digest('base64url')
    .slice(0, 16);
}

function formatToken(query: ListTasksQuery, { createTimeMs, id }: ListCursor): string {
  return Buffer.from(JSON.stringify([createTimeMs, id, digestOf(query)])).toString('base64url');
}

function parseToken(query: ListTasksQuery): ListCursor | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(query.pageToken, 'base64url').toString());
    if (!Array.isArray(value) || value.length !== 3) return undefined;
    const [createTimeMs, id, digest] = value as unknown[];
    if (!Number.isSafeInteger(createTimeMs) || typeof id !== 'string' || digest !== digestOf(query)) return undefined;
    return { createTimeMs: Number(createTimeMs), id };
  } catch {
    return undefined;
  }
}
