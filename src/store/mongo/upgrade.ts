import type { Calls } from './calls.js';
import type { Collections } from './collections.js';
import { putSpecs } from './specs.js';
import { pairsOf } from './task-document.js';

/**
 * How versions of two shapes (see `TaskDocument`) work side by side, and how a database gets from the old shape to the new one. Nothing is lost on the way:
 *
 * - An old worker that took a task of the new shape would not find its spec, and fail the task. So this version writes the old shape, which everyone can
 *   read, until no old worker is known. It knows them by what they announce: each new worker says `readsSpecs`. One whose lease ran out may be cut off,
 *   and come back: it counts until it has said goodbye, or an hour has passed, when its document goes.
 * - From the first start of this version on, old versions are refused at their start: they want an index that now is another one by the same name. So no
 *   old worker comes again. One that was starting in that moment has announced itself `STARTING_MS` later.
 * - An old process that only serves the API is not announced. It reads and writes tasks of both shapes, all it lacks is the spec in the full view of
 *   tasks of the new shape. What it submits has the old shape, which this version reads.
 * - Tasks of the old shape are found by label as before: where `labelPairs` is missing, by the labels themselves. `moveSpecs` brings them to the
 *   new shape, once no old worker is known. It changes nothing that is part of the task.
 *
 * There is no way back to an old version on the same database.
 */
export interface Upgrade {
  /** Whether new tasks are written in the new shape. Once it is so it stays so. */
  isDone(): boolean;
  /** Looks again, unless it is done. */
  check(): Promise<void>;
}

type OfUpgrade = Pick<Collections, 'tasks' | 'schema' | 'workers'>;

const STARTING_MS = 30_000;
const BATCH = 100;

/** Begins the upgrade of a database, or goes on with it. Call it once old versions are refused. */
export async function beginUpgrade(calls: Calls, collections: OfUpgrade, startingMs = STARTING_MS): Promise<Upgrade> {
  const { tasks, schema } = collections;
  // A new database has nobody to wait for.
  const isNew = (await calls.ask((options) => tasks.findOne({}, { projection: { _id: 1 }, ...options }))) === null;
  const since = isNew ? new Date(0) : '$$NOW';
  await calls.ask((options) =>
    schema.updateOne({ _id: 'schema' }, [{ $set: { since: { $ifNull: ['$since', since] } } }], {
      upsert: true,
      ...options,
    }),
  );
  let isDone = false;
  const upgrade: Upgrade = {
    isDone: () => isDone,
    check: async () => {
      isDone ||= await isAlone(calls, collections, startingMs);
    },
  };
  await upgrade.check();
  return upgrade;
}

/** Whether no worker of an old version is left, or can come. */
async function isAlone(calls: Calls, { schema, workers }: OfUpgrade, startingMs: number): Promise<boolean> {
  const isOver = { $expr: { $lte: ['$since', { $subtract: ['$$NOW', startingMs] }] } };
  const begun = await calls.ask((options) => schema.findOne({ _id: 'schema', ...isOver }, { ...options }));
  if (begun === null) return false;
  const old = await calls.ask((options) => workers.findOne({ readsSpecs: { $ne: true } }, { ...options }));
  return old === null;
}

/** Brings the tasks of the old shape to the new one. Can break off at any point, and be repeated, also by several processes at once. */
export async function moveSpecs(calls: Calls, { tasks, specs }: Pick<Collections, 'tasks' | 'specs'>): Promise<void> {
  for (;;) {
    const old = await calls.ask((options) =>
      tasks
        .find(
          { spec: { $type: 'string' } },
          { hint: 'old-shape', projection: { spec: 1, labels: 1 }, limit: BATCH, ...options },
        )
        .toArray(),
    );
    if (old.length === 0) return;
    // First the copy, so that the spec is there at any time. Marked: the task may be removed before it has lost its own.
    const all = old.map(({ _id, spec = '' }) => ({ _id, spec }));
    await calls.ask((options) => putSpecs(specs, all, options));
    await calls.ask((options) =>
      tasks.bulkWrite(
        old.map(({ _id, labels }) => ({
          updateOne: { filter: { _id }, update: { $set: { labelPairs: pairsOf(labels) }, $unset: { spec: 1 } } },
        })),
        { ordered: false, ...options },
      ),
    );
  }
}
