import type { Binary, Collection } from 'mongodb';
import type { WorkerInfo } from '../../task/ports/worker-store.js';
import { withDeadline } from './calls.js';
import type { Clients } from './clients.js';
import type { TaskDocument } from './task-document.js';

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
}

/** The collections of one database, by client. */
export interface Collections {
  readonly tasks: Collection<TaskDocument>;
  /** The same collection over the connections of the lease writes. */
  readonly leases: Collection<TaskDocument>;
  /** The same collection over the connections of the change stream. */
  readonly feed: Collection<TaskDocument>;
  readonly secrets: Collection<SecretDocument>;
  readonly diagnostics: Collection<DiagnosticsDocument>;
  readonly workers: Collection<WorkerDocument>;
}

const TASKS = 'tasks';

export function collectionsOf({ main, leases, feed, database }: Clients): Collections {
  return {
    tasks: main.db(database).collection<TaskDocument>(TASKS),
    leases: leases.db(database).collection<TaskDocument>(TASKS),
    feed: feed.db(database).collection<TaskDocument>(TASKS),
    secrets: main.db(database).collection<SecretDocument>('secrets'),
    diagnostics: main.db(database).collection<DiagnosticsDocument>('diagnostics'),
    workers: main.db(database).collection<WorkerDocument>('workers'),
  };
}

/** Creates the missing indexes. On a large collection the first call takes its time. */
export async function createIndexes({ tasks, workers }: Collections, options: { deadlineMs: number }): Promise<void> {
  // A killed worker leaves its document behind; an hour later nobody needs it. Tasks have no such index: the sweeper removes
  // them together with their files.
  await withDeadline(options.deadlineMs, (call) =>
    workers.createIndexes([{ name: 'gone', key: { lease_expires: 1 }, expireAfterSeconds: 3600 }], { ...call }),
  );
  await withDeadline(options.deadlineMs, (call) =>
    tasks.createIndexes(
      [
        // Claims: partial, so that it is as small as the queue and a finished task costs it nothing.
        { name: 'rank', key: { queueRankMs: 1, _id: 1 }, partialFilterExpression: { state: 'QUEUED' } },
        { name: 'waiting', key: { createTimeMs: 1 }, partialFilterExpression: { state: 'QUEUED' } },
        { name: 'overdue', key: { queueDeadlineMs: 1 }, partialFilterExpression: { state: 'QUEUED' } },
        { name: 'expired', key: { expireTimeMs: 1 }, partialFilterExpression: { expireTimeMs: { $gt: 0 } } },
        { name: 'leases', key: { lease_expires: 1 }, partialFilterExpression: { state: 'RUNNING' } },
        // Only where there is a request id: two nulls would collide.
        {
          name: 'request',
          key: { tenant: 1, requestId: 1 },
          unique: true,
          partialFilterExpression: { requestId: { $type: 'string' } },
        },
        { name: 'list', key: { tenant: 1, createTimeMs: -1, _id: -1 } },
        // A list of a rare state does not read all tasks.
        { name: 'list-state', key: { tenant: 1, state: 1, createTimeMs: -1, _id: -1 } },
      ],
      { ...call },
    ),
  );
}
