import type { Filter } from 'mongodb';
import type { ListQuery } from '../../task/ports/task-store.js';
import { idOf, type TaskDocument } from './task-document.js';

/** The order of a list. */
export function listSort({ order }: ListQuery): Record<string, 1 | -1> {
  const direction = order === 'newest-first' ? -1 : 1;
  return { createTimeMs: direction, _id: direction };
}

/** Bounds the index by the time alone: only tasks of the very same millisecond are looked at in vain. */
export function listFilter({ tenant, filter, order, after }: ListQuery): Filter<TaskDocument> {
  const conditions: Filter<TaskDocument>[] = [];
  if (filter.states) conditions.push({ state: { $in: [...filter.states] } });
  // Keys hold letters, digits, - and _ only, so a path can be made of one. A task without the label is not equal to any value.
  for (const { key, value, equal } of filter.labels)
    conditions.push({ [`labels.${key}`]: equal ? { $eq: value } : { $ne: value } });
  if (after) {
    const [within, past] = order === 'newest-first' ? (['$lte', '$lt'] as const) : (['$gte', '$gt'] as const);
    const { createTimeMs, id } = after;
    conditions.push({ createTimeMs: { [within]: createTimeMs } });
    conditions.push({ $or: [{ createTimeMs: { [past]: createTimeMs } }, { _id: { [past]: idOf({ tenant, id }) } }] });
  }
  return conditions.length === 0 ? { tenant } : { tenant, $and: conditions };
}
