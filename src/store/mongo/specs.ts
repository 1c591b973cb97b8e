import type { Collection, Document } from 'mongodb';
import type { TaskKey } from '../../task/task.js';
import type { CallOptions, Calls } from './calls.js';
import type { Collections } from './collections.js';
import { isDuplicateKey } from './outcome.js';
import { idOf, type SpecDocument } from './task-document.js';

/**
 * Specs, each a document of its own. There is no transaction around a task and its spec. The spec is stored first and removed last, so that a task
 * never lacks it; whatever dies in between leaves a spec without a task. Such a one is marked beforehand, and `sweepSpecs` finds it by the mark.
 */
type TasksAndSpecs = Pick<Collections, 'tasks' | 'specs'>;

/** Far longer than the server may still carry out a write whose caller has given up. */
const SETTLED_MS = 3_600_000;
const BATCH = 1000;

/** Stores the spec of a task that is about to be inserted; the first one of an id stays. Can be repeated. */
export async function putSpec(
  specs: Collection<SpecDocument>,
  key: TaskKey,
  spec: string,
  options: CallOptions,
): Promise<void> {
  const { filter, update } = storing(idOf(key), spec);
  try {
    await specs.updateOne(filter, update, { upsert: true, ...options });
  } catch (error) {
    if (!isAlsoStored(error)) throw error;
  }
}

/** `putSpec` for several. */
export async function putSpecs(
  specs: Collection<SpecDocument>,
  all: readonly Pick<SpecDocument, '_id' | 'spec'>[],
  options: CallOptions,
): Promise<void> {
  const writes = all.map(({ _id, spec }) => ({ updateOne: { ...storing(_id, spec), upsert: true } }));
  try {
    await specs.bulkWrite(writes, { ordered: false, ...options });
  } catch (error) {
    if (!isAlsoStored(error)) throw error;
  }
}

function storing(_id: SpecDocument['_id'], spec: string): { filter: Pick<SpecDocument, '_id'>; update: Document[] } {
  // A text that begins with a dollar sign is a text.
  return { filter: { _id }, update: [{ $set: { spec: { $ifNull: ['$spec', { $literal: spec }] }, check: '$$NOW' } }] };
}

/** Two stored a spec at once: one of them fails with this, and the other has stored it. */
const isAlsoStored = isDuplicateKey;

/** Marks the spec of a task that is about to be removed. */
export async function markSpec(
  specs: Collection<SpecDocument>,
  _id: SpecDocument['_id'],
  options: CallOptions,
): Promise<void> {
  await specs.updateOne({ _id }, [{ $set: { check: '$$NOW' } }], { ...options });
}

/** In the old shape it is in the task, and may be moved out of it between two reads. */
export async function getSpec(calls: Calls, { tasks, specs }: TasksAndSpecs, key: TaskKey): Promise<string | null> {
  const _id = idOf(key);
  const projection = { _id: 0, spec: 1 };
  const own = (): Promise<string | undefined> =>
    calls.ask(async (options) => (await specs.findOne({ _id }, { projection, ...options }))?.spec);
  const within = (): Promise<string | undefined> =>
    calls.ask(async (options) => (await tasks.findOne({ _id }, { projection, ...options }))?.spec);
  return (await own()) ?? (await within()) ?? (await own()) ?? null;
}

/** Removes the marked specs that have no task, and the marks of the others. */
export async function sweepSpecs(
  calls: Calls,
  { tasks, specs }: TasksAndSpecs,
  settledMs: number = SETTLED_MS,
): Promise<void> {
  const due: Document = {
    check: { $type: 'date' },
    $expr: { $lt: ['$check', { $subtract: ['$$NOW', settledMs] }] },
  };
  for (;;) {
    const ids = await calls.ask(async (options) =>
      (await specs.find(due, { projection: { _id: 1 }, limit: BATCH, ...options }).toArray()).map(({ _id }) => _id),
    );
    if (ids.length === 0) return;
    const there = await calls.ask((options) =>
      tasks.find({ _id: { $in: ids } }, { projection: { _id: 1 }, ...options }).toArray(),
    );
    const known = new Set(there.map(({ _id }) => nameOf(_id)));
    const gone = ids.filter((_id) => !known.has(nameOf(_id)));
    // Still due: one whose removal begins in this moment keeps its new mark.
    await calls.ask((options) =>
      specs.updateMany({ _id: { $in: there.map(({ _id }) => _id) }, ...due }, { $unset: { check: 1 } }, { ...options }),
    );
    await calls.ask((options) => specs.deleteMany({ _id: { $in: gone }, ...due }, { ...options }));
  }
}

function nameOf({ tenant, id }: SpecDocument['_id']): string {
  return JSON.stringify([tenant, id]);
}
