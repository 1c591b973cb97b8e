import { MongoServerError, type IndexDescription } from 'mongodb';
import { withDeadline } from './calls.js';
import type { Collections } from './collections.js';
import { INSPECTION_INDEXES } from './inspections.js';
import { STEP_INDEXES } from './steps.js';
import { USAGE_INDEXES } from './usage.js';

/** An hour, and a second: versions that do not read `specs` want an index of this name with 3600, and the server refuses them at their start. */
const GONE = { name: 'gone', expireAfterSeconds: 3601 };

/** A tenant's own are found without those of all others. */
const OF_TENANT: IndexDescription = { name: 'tenant', key: { tenant: 1, _id: 1 } };

const TASK_INDEXES: readonly IndexDescription[] = [
  // Claims: partial, so that it is as small as the queue and a finished task costs it nothing. With the state, without which no query is
  // answered from it alone.
  {
    name: 'turns',
    key: { state: 1, tenant: 1, queueRankMs: 1, _id: 1 },
    partialFilterExpression: { state: 'QUEUED' },
  },
  { name: 'waiting', key: { createTimeMs: 1 }, partialFilterExpression: { state: 'QUEUED' } },
  { name: 'overdue', key: { queueDeadlineMs: 1 }, partialFilterExpression: { state: 'QUEUED' } },
  // No TTL: the sweeper removes tasks together with their files.
  { name: 'expired', key: { expireTimeMs: 1 }, partialFilterExpression: { expireTimeMs: { $gt: 0 } } },
  // As small as the pending deliveries.
  { name: 'deliveries', key: { nextDeliveryMs: 1 }, partialFilterExpression: { nextDeliveryMs: { $gt: 0 } } },
  { name: 'leases', key: { lease_expires: 1 }, partialFilterExpression: { state: 'RUNNING' } },
  // Only where there is a request id: two nulls would collide.
  {
    name: 'request',
    key: { tenant: 1, requestId: 1 },
    unique: true,
    partialFilterExpression: { requestId: { $type: 'string' } },
  },
  { name: 'list', key: { tenant: 1, createTimeMs: -1, _id: -1 } },
  // A list of a rare state, or of a label, does not read all tasks.
  { name: 'list-state', key: { tenant: 1, state: 1, createTimeMs: -1, _id: -1 } },
  { name: 'list-label', key: { tenant: 1, labelPairs: 1, createTimeMs: -1, _id: -1 } },
  {
    name: 'output-bytes',
    key: { tenant: 1, outputBytes: 1 },
    partialFilterExpression: { outputBytes: { $gt: 0 } },
  },
  // Empty once all are in the new shape.
  { name: 'old-shape', key: { createTimeMs: 1, _id: 1 }, partialFilterExpression: { spec: { $type: 'string' } } },
];

/** The indexes of each collection, created in this order: the tasks' last, since theirs take the longest. */
const INDEXES: readonly (readonly [keyof Collections, readonly IndexDescription[]])[] = [
  [
    'submitRates',
    [
      { name: 'key', key: { key: 1 }, unique: true },
      { name: 'over', key: { expire: 1 }, expireAfterSeconds: 0 },
    ],
  ],
  ['usage', USAGE_INDEXES],
  // A killed worker leaves its document behind; an hour later nobody needs it.
  ['workers', [{ ...GONE, key: { lease_expires: 1 } }]],
  ['steps', STEP_INDEXES],
  ['inspections', INSPECTION_INDEXES],
  ['apiKeys', [OF_TENANT]],
  ['signingSecrets', [OF_TENANT]],
  ['specs', [{ name: 'marked', key: { check: 1 }, partialFilterExpression: { check: { $type: 'date' } } }]],
  ['tasks', TASK_INDEXES],
];

/** Of the tasks of earlier versions, in the place of `turns`. Those that still run claim without it, and sort the queue for that. */
const REPLACED = ['rank', 'queue'];

/** Creates the missing indexes, and from then on refuses old versions. On a large collection the first call takes its time. */
export async function createIndexes(collections: Collections, { deadlineMs }: { deadlineMs: number }): Promise<void> {
  const { workers, tasks } = collections;
  await withDeadline(deadlineMs, (call) =>
    unlessMissing(workers.db.command({ collMod: workers.collectionName, index: GONE }, { ...call })),
  );
  for (const [name, indexes] of INDEXES)
    await withDeadline(deadlineMs, (call) => collections[name].createIndexes([...indexes], { ...call }));
  for (const name of REPLACED)
    await withDeadline(deadlineMs, (call) => unlessMissing(tasks.dropIndex(name, { ...call })));
}

/** Waits for a change of an index. No error: the collection or its index is not there. */
async function unlessMissing(change: Promise<unknown>): Promise<void> {
  await change.catch((error: unknown) => {
    if (!(error instanceof MongoServerError) || (error.code !== 26 && error.code !== 27)) throw error;
  });
}
