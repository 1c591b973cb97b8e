import type { Collection, Document, Filter } from 'mongodb';
import type { LabelCondition, ListCursor, ListPage, ListQuery } from '../../task/ports/task-store.js';
import type { Task } from '../../task/task.js';
import type { Calls } from './calls.js';
import { idOf, pairOf, TASK_ONLY, taskOf, type StoredTask, type TaskDocument } from './task-document.js';

/** Where each of several labels is had by more tasks than this, it hardly matters which leads. */
const MANY = 1_000;
/** So many labels of a filter are tried for it. */
const MAX_TRIED = 8;

/** How many tasks a list looks at where not each of them fulfils its conditions. */
export interface Reach {
  /** In its first query; each later one looks at four times as many. */
  readonly first: number;
  readonly most: number;
  /** Altogether: then the page ends early. */
  readonly total: number;
}

const REACH: Reach = { first: 1_000, most: 10_000, total: 40_000 };

/**
 * A page of a list. An index leads to its tasks in order; where it has conditions that the index does not answer, so many tasks may be read in vain that
 * the call would not end in time. So it reads them in pieces, and ends early with a position to go on from.
 */
export async function list(
  calls: Calls,
  tasks: Collection<TaskDocument>,
  query: ListQuery,
  reach: Reach = REACH,
): Promise<ListPage> {
  const leading = await leadingLabel(calls, tasks, query);
  const sort = sortOf(query);
  const find = async (filter: Filter<TaskDocument>, how: { limit: number; hint: string }): Promise<Task[]> =>
    calls.ask(async (options) =>
      (await tasks.find<StoredTask>(filter, { projection: TASK_ONLY, sort, ...how, ...options }).toArray()).map(taskOf),
    );
  // The server might choose another: the one that suits a label of very many tasks, for a label of one.
  const hint = leading ? 'list-label' : query.filter.states ? 'list-state' : 'list';
  if (isAnsweredByIndex(query, leading)) {
    const page = await find(listFilter(query, leading), { limit: query.limit, hint });
    return { tasks: page, next: page.length < query.limit ? null : positionAt(page) };
  }
  const found: Task[] = [];
  let { after } = query;
  let [length, left] = [reach.first, reach.total];
  for (;;) {
    const piece = { ...query, after };
    const end = await placeAfter(calls, tasks, { query: piece, leading, length, hint });
    const filter = listFilter(piece, leading);
    const limit = query.limit - found.length;
    found.push(...(await find(end ? upTo(filter, query, end) : filter, { limit, hint })));
    if (found.length === query.limit) return { tasks: found, next: positionAt(found) };
    left -= length;
    if (end === null || left <= 0) return { tasks: found, next: end };
    after = end;
    length = Math.min(4 * length, reach.most);
  }
}

/** Whether each task that the index leads to fulfils all conditions. */
function isAnsweredByIndex({ filter: { states, labels } }: ListQuery, leading: LabelCondition | null): boolean {
  return labels.every((label) => label === leading) && (leading === null || states === null);
}

type Position = Pick<TaskDocument, '_id' | 'createTimeMs'>;

interface Piece {
  readonly query: ListQuery;
  readonly leading: LabelCondition | null;
  readonly length: number;
  readonly hint: string;
}

/**
 * The place `length` tasks further on in the index, hardly nearer; null: the list ends before. By the time alone the index answers it, and no task is read: those of
 * the very millisecond of the piece's beginning are counted again. Only where they are all of the piece they are looked at.
 */
async function placeAfter(calls: Calls, tasks: Collection<TaskDocument>, piece: Piece): Promise<ListCursor | null> {
  const { query, leading } = piece;
  const states = leading === null ? query.filter.states : null;
  const { after } = query;
  const within = query.order === 'newest-first' ? '$lte' : '$gte';
  const filter = listFilter({ ...query, after: null, filter: { states, labels: [] } }, leading);
  const fromTime = after ? { $and: [filter, { createTimeMs: { [within]: after.createTimeMs } }] } : filter;
  const place = await placeIn(calls, tasks, fromTime, piece);
  if (after === null || place?.createTimeMs !== after.createTimeMs) return place;
  return placeIn(calls, tasks, listFilter({ ...query, filter: { states, labels: [] } }, leading), piece);
}

async function placeIn(
  calls: Calls,
  tasks: Collection<TaskDocument>,
  filter: Filter<TaskDocument>,
  { query, length, hint }: Piece,
): Promise<ListCursor | null> {
  const [place] = await calls.ask((options) =>
    tasks
      .find<Position>(filter, {
        projection: { createTimeMs: 1 },
        sort: sortOf(query),
        skip: length - 1,
        limit: 1,
        hint,
        ...options,
      })
      .toArray(),
  );
  return place ? { createTimeMs: place.createTimeMs, id: place._id.id } : null;
}

function upTo(
  filter: Filter<TaskDocument>,
  { tenant, order }: ListQuery,
  { createTimeMs, id }: ListCursor,
): Filter<TaskDocument> {
  const [within, beyond] = order === 'newest-first' ? (['$gte', '$lt'] as const) : (['$lte', '$gt'] as const);
  const bounds: Document[] = [
    { createTimeMs: { [within]: createTimeMs } },
    { $nor: [{ createTimeMs, _id: { [beyond]: idOf({ tenant, id }) } }] },
  ];
  return { $and: [filter, ...bounds] };
}

function positionAt(page: readonly Task[]): ListCursor | null {
  const last = page.at(-1);
  return last ? { createTimeMs: last.createTimeMs, id: last.id } : null;
}

/** The order of a list. */
function sortOf({ order }: ListQuery): Record<string, 1 | -1> {
  const direction = order === 'newest-first' ? -1 : 1;
  return { createTimeMs: direction, _id: direction };
}

/** The label whose index a list follows: of several the one that the fewest tasks have, since the server does not find out by itself. */
async function leadingLabel(
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
function listFilter({ tenant, filter, order, after }: ListQuery, leading: LabelCondition | null): Filter<TaskDocument> {
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
