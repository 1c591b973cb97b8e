import type { TaskUseCases } from '../../../task/use-cases/task-use-cases.js';
import type { Task } from '../../../task/task.js';
import type { Violation } from '../../../composition/violation.js';

/** A page by its number, from 1. */
export interface PageQuery {
  readonly page: number;
  readonly pageSize: number;
}

const DEFAULT_PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 1000;

/** Reads `page` and `page_size`. */
export function parsePageQuery(query: string): PageQuery | { readonly violations: readonly Violation[] } {
  const values = new URLSearchParams(query);
  const violations: Violation[] = [];
  const read = (name: string, fallback: number, max: number): number => {
    const text = values.get(name) ?? '';
    const value = text === '' ? fallback : /^\d+$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= max) return value;
    violations.push({ field: name, description: `must be a whole number from 1 to ${max}` });
    return fallback;
  };
  const page = read('page', 1, Number.MAX_SAFE_INTEGER);
  const pageSize = read('page_size', DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  return violations.length > 0 ? { violations } : { page, pageSize };
}

/** One page of a tenant's tasks, newest first, and how many tasks there are. */
export async function readPage(
  tasks: Pick<TaskUseCases, 'list' | 'count'>,
  tenant: string,
  { page, pageSize }: PageQuery,
): Promise<{ tasks: readonly Task[]; total: number }> {
  const total = await tasks.count(tenant);
  const skip = (page - 1) * pageSize;
  if (skip >= total) return { tasks: [], total };
  const found = await tasks.list({ tenant, pageSize, skip, pageToken: '', filter: '', orderBy: '' });
  return { tasks: found.tasks, total };
}
