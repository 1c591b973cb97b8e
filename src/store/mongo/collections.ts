import { MongoServerError, type Binary, type Collection } from 'mongodb';
import type { WorkerInfo } from '../../task/ports/worker-store.js';
import type { ApiKeyDocument } from './api-keys.js';
import { withDeadline } from './calls.js';
import type { Clients } from './clients.js';
import type { LeadDocument } from './lead.js';
import { INSPECTION_INDEXES, INSPECTIONS, type InspectionDocument } from './inspections.js';
import { STEP_INDEXES } from './steps.js';
import { SUBMIT_RATES } from './submit-rates.js';
import type { SigningSecretDocument } from './signing-secrets.js';
import type { StepDocument } from './steps.js';
import type { SpecDocument, TaskDocument } from './task-document.js';
import { USAGE_INDEXES, type UsageDocument } from './usage.js';

export interface SecretDocument {
  readonly _id: string;
  readonly value: Binary;
}

/** The diagnostics of an attempt, beside the task: a document of its own, so that a progress write does not carry it. */
export interface DiagnosticsDocument {
  readonly _id: TaskDocument['_id'];
  readonly diagnostics: string;
  /** Of the attempt that left them; absent in those of versions before fences were kept. */
  readonly fence?: number;
}

/** A worker that has announced itself. */
export interface WorkerDocument extends Omit<WorkerInfo, 'owner'> {
  readonly _id: string;
  /** By the server's clock. */
  readonly lease_expires: Date;
  /** Absent: its version looks for specs in tasks only. */
  readonly readsSpecs?: true;
}

/** How far a database has come from the old shape of tasks; see `upgrade.ts`. */
export interface SchemaDocument {
  readonly _id: 'schema';
  /** When this version first opened the database, by the server's clock. */
  readonly since: Date;
}

/** The collections of one database, by client. */
export interface Collections {
  readonly tasks: Collection<TaskDocument>;
  /** The same collection over the connections of the lease writes. */
  readonly leases: Collection<TaskDocument>;
  /** The same collection over the connections of the change stream. */
  readonly feed: Collection<TaskDocument>;
  readonly specs: Collection<SpecDocument>;
  readonly secrets: Collection<SecretDocument>;
  readonly diagnostics: Collection<DiagnosticsDocument>;
  readonly workers: Collection<WorkerDocument>;
  readonly steps: Collection<StepDocument>;
  /** The same collection over the connections of the change streams. */
  readonly stepFeed: Collection<StepDocument>;
  readonly inspections: Collection<InspectionDocument>;
  readonly apiKeys: Collection<ApiKeyDocument>;
  readonly signingSecrets: Collection<SigningSecretDocument>;
  readonly schema: Collection<SchemaDocument>;
  readonly leads: Collection<LeadDocument>;
  readonly usage: Collection<UsageDocument>;
  /** Belongs to `submit-rates.ts`. */
  readonly submitRates: Collection;
}

const TASKS = 'tasks';
const STEPS = 'steps';

export function collectionsOf({ main, leases, feed, database }: Clients): Collections {
  return {
    tasks: main.db(database).collection<TaskDocument>(TASKS),
    leases: leases.db(database).collection<TaskDocument>(TASKS),
    feed: feed.db(database).collection<TaskDocument>(TASKS),
    specs: main.db(database).collection<SpecDocument>('specs'),
    secrets: main.db(database).collection<SecretDocument>('secrets'),
    diagnostics: main.db(database).collection<DiagnosticsDocument>('diagnostics'),
    apiKeys: main.db(database).collection<ApiKeyDocument>('api_keys'),
    signingSecrets: main.db(database).collection<SigningSecretDocument>('signing_secrets'),
    workers: main.db(database).collection<WorkerDocument>('workers'),
    steps: main.db(database).collection<StepDocument>(STEPS),
    stepFeed: feed.db(database).collection<StepDocument>(STEPS),
    inspections: main.db(database).collection<InspectionDocument>(INSPECTIONS),
    schema: main.db(database).collection<SchemaDocument>('schema'),
    leads: main.db(database).collection<LeadDocument>('leads'),
    usage: main.db(database).collection<UsageDocument>('usage'),
    submitRates: main.db(database).collection(SUBMIT_RATES),
  };
}

/** An hour, and a second: versions that do not read `specs` want an index of this name with 3600, and the server refuses them at their start. */
const GONE = { name: 'gone', expireAfterSeconds: 3601 };

/** Creates the missing indexes, and from then on refuses old versions. On a large collection the first call takes its time. */
export async function createIndexes(
  { tasks, specs, workers, steps, inspections, submitRates, usage, apiKeys, signingSecrets }: Collections,
  options: { deadlineMs: number },
): Promise<void> {
  await withDeadline(options.deadlineMs, (call) =>
    workers.db.command({ collMod: workers.collectionName, index: GONE }, { ...call }).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    }),
  );
  await withDeadline(options.deadlineMs, (call) =>
    submitRates.createIndexes(
      [
        { name: 'key', key: { key: 1 }, unique: true },
        { name: 'over', key: { expire: 1 }, expireAfterSeconds: 0 },
      ],
      { ...call },
    ),
  );
  await withDeadline(options.deadlineMs, (call) => usage.createIndexes([...USAGE_INDEXES], { ...call }));
  // A killed worker leaves its document behind; an hour later nobody needs it. Tasks have no such index: the sweeper removes
  // them together with their files.
  await withDeadline(options.deadlineMs, (call) =>
    workers.createIndexes([{ ...GONE, key: { lease_expires: 1 } }], { ...call }),
  );
  await withDeadline(options.deadlineMs, (call) => steps.createIndexes(STEP_INDEXES, { ...call }));
  await withDeadline(options.deadlineMs, (call) => inspections.createIndexes(INSPECTION_INDEXES, { ...call }));
  // A tenant's own are found without those of all others.
  const ofTenant = { name: 'tenant', key: { tenant: 1, _id: 1 } } as const;
  await withDeadline(options.deadlineMs, (call) => apiKeys.createIndexes([ofTenant], { ...call }));
  await withDeadline(options.deadlineMs, (call) => signingSecrets.createIndexes([ofTenant], { ...call }));
  await withDeadline(options.deadlineMs, (call) =>
    specs.createIndexes(
      [{ name: 'marked', key: { check: 1 }, partialFilterExpression: { check: { $type: 'date' } } }],
      { ...call },
    ),
  );
  await withDeadline(options.deadlineMs, (call) =>
    tasks.createIndexes(
      [
        // Claims: partial, so that it is as small as the queue and a finished task costs it nothing. With the state, without which no query is
        // answered from it alone.
        {
          name: 'turns',
          key: { state: 1, tenant: 1, queueRankMs: 1, _id: 1 },
          partialFilterExpression: { state: 'QUEUED' },
        },
        { name: 'waiting', key: { createTimeMs: 1 }, partialFilterExpression: { state: 'QUEUED' } },
        { name: 'overdue', key: { queueDeadlineMs: 1 }, partialFilterExpression: { state: 'QUEUED' } },
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
      ],
      { ...call },
    ),
  );
  // Of earlier versions, in the place of `turns`. Those that still run claim without it, and sort the queue for that.
  for (const name of ['rank', 'queue'])
    await withDeadline(options.deadlineMs, (call) =>
      tasks.dropIndex(name, { ...call }).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      }),
    );
}

/** The collection or its index is not there. */
function isMissing(error: unknown): boolean {
  return error instanceof MongoServerError && (error.code === 26 || error.code === 27);
}
