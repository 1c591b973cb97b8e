import { TaskError } from '../errors.js';
import type { ListCursor, TaskStore } from '../ports/task-store.js';
import type { Task } from '../task.js';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

export interface ListTasksQuery {
  readonly tenant: string;
  /** 0: 50. More than 1000 is taken as 1000. */
  readonly pageSize: number;
  /** `nextPageToken` of the page before; empty: the first page. */
  readonly pageToken: string;
}

export interface TaskPage {
  readonly tasks: readonly Task[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/**
 * A page of a tenant's tasks, newest first. A token is a position, not a number of rows, so that pages neither repeat nor skip a
 * task while others come and go.
 * @throws TaskError INVALID_REQUEST.
 */
export async function listTasks(needs: { readonly store: TaskStore }, query: ListTasksQuery): Promise<TaskPage> {
  if (query.pageSize < 0) throw invalid('page_size', 'must not be negative');
  const limit = Math.min(query.pageSize === 0 ? DEFAULT_PAGE_SIZE : query.pageSize, MAX_PAGE_SIZE);
  const after = query.pageToken === '' ? null : parseToken(query.pageToken);
  // One more than asked for tells whether there is a next page.
  const rows = await needs.store.list({ tenant: query.tenant, limit: limit + 1, after });
  const tasks = rows.slice(0, limit);
  const last = tasks.at(-1);
  return { tasks, nextPageToken: rows.length > limit && last ? formatToken(last) : '' };
}

function formatToken(task: Task): string {
  return Buffer.from(JSON.stringify([task.createTimeMs, task.id])).toString('base64url');
}

function parseToken(token: string): ListCursor {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(value) && value.length === 2) {
      const [createTimeMs, id] = value as unknown[];
      if (Number.isSafeInteger(createTimeMs) && typeof id === 'string') return { createTimeMs: Number(createTimeMs), id };
    }
  } catch {
    // Falls through: whatever it is, it is no token of ours.
  }
  throw invalid('page_token', 'is not a token that this service has given out');
}

function invalid(field: string, description: string): TaskError {
  return new TaskError({ reason: 'INVALID_REQUEST', violations: [{ field, description }] });
}
