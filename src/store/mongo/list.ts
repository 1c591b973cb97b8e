import type { Collection, Document, Filter } from 'mongodb';
import type { LabelCondition, ListQuery } from '../../task/ports/task-store.js';
import type { Calls } from './calls.js';
import { idOf, pairOf, type TaskDocument } from './task-document.js';

/** Where each of several labels is had by more tasks than this, it hardly matters which leads. */
const MANY = 1_000;
/** So many labels of a filter are tried for it. */
const MAX_TRIED = 8;

/** The order of a list. */
export function listSort({ order }: ListQuery): Record<string, 1 | -1> {
  const direction = order === 'newest-first' ? -1 : 1;
  return { createTimeMs: direction, _id: direction };
}

/** The label whose index a list follows: of several the one that the fewest tasks have, since the server does not find out by itself. */
export async function leadingLabel(
  calls: Calls,
  tasks: Collection<TaskDocument>,
  { tenant, filter }: ListQuery,
): Promise<LabelCondition | null> {
  const labels = filter.labels.filter(({ equal }) => equal).slice(0, MAX_TRIED);
  if (labels.length < 2) return labels[0] ?? null;
  const sized = await Promise.all(
    labels.map(async (label) => ({
      label,
      size: await calls.ask((options) =>
        tasks.countDocuments(
          { tenant, labelPairs: pairOf(label.key, label.value) },
          { limit: MANY, hint: 'list-label', ...options },
        ),
      ),
    })),
  );
  return sized.reduce((best, other) => (other.size < best.size ? other : best)).label;
}

/** Bounds the index by the time alone: only tasks of the very same millisecond are looked at in vain. */
export function listFilter(
  { tenant, filter, order, after }: ListQuery,
  leading: LabelCondition | null,
): Filter<TaskDocument> {
  const conditions: Document[] = [];
  if (leading) conditions.push(hasPair(leading));
  if (filter.states) conditions.push({ state: { $in: [...filter.states] } });
  // Keys hold letters, digits, - and _ only, so a path can be made of one. A task without the label is not equal to any value.
  for (const { key, value, equal } of filter.labels)
    conditions.push({ [`labels.${key}`]: equal ? { $eq: value } : { $ne: value } });
  if (after) {
    const [within, seen] = order === 'newest-first' ? (['$lte', '$gte'] as const) : (['$gte', '$lte'] as const);
    const { createTimeMs, id } = after;
    conditions.push({ createTimeMs: { [within]: createTimeMs } });
    // Not as an $or: the server would take an index for each of its parts, and sort.
    conditions.push({ $nor: [{ createTimeMs, _id: { [seen]: idOf({ tenant, id }) } }] });
  }
  return conditions.length === 0 ? { tenant } : { tenant, $and: conditions };
}

/** Null stands for tasks of the old shape: whether they have the label is to be checked. */
function hasPair({ key, value }: LabelCondition): Document {
  return { labelPairs: { $in: [pairOf(key, value), null] } };
}
