import type { Binary, Collection } from 'mongodb';
import { withDeadline } from './calls.js';
import type { Clients } from './clients.js';
import type { TaskDocument } from './task-document.js';

export interface SecretDocument {
  readonly _id: string;
  readonly value: Binary;
}

/** The collections of one database, by client. */
export interface Collections {
  readonly tasks: Collection<TaskDocument>;
  /** The same collection over the connections of the lease writes. */
  readonly leases: Collection<TaskDocument>;
  /** The same collection over the connections of the change stream. */
  readonly feed: Collection<TaskDocument>;
  readonly secrets: Collection<SecretDocument>;
}

const TASKS = 'tasks';

export function collectionsOf({ main, leases, feed, database }: Clients): Collections {
  return {
    tasks: main.db(database).collection<TaskDocument>(TASKS),
    leases: leases.db(database).collection<TaskDocument>(TASKS),
    feed: feed.db(database).collection<TaskDocument>(TASKS),
    secrets: main.db(database).collection<SecretDocument>('secrets'),
  };
}

/** Creates what is missing of the indexes; does nothing to those that are there. On a large collection the first call takes its time. */
export async function createIndexes(tasks: Collection<TaskDocument>, options: { deadlineMs: number }): Promise<void> {
  await withDeadline(options.deadlineMs, (call) =>
    tasks.createIndexes(
      [
        // Claims: partial, so that it is as small as the queue and a finished task costs it nothing.
        { name: 'queued', key: { createTimeMs: 1, _id: 1 }, partialFilterExpression: { state: 'QUEUED' } },
        { name: 'leases', key: { lease_expires: 1 }, partialFilterExpression: { state: 'RUNNING' } },
        // Only where there is a request id: two nulls would collide.
        { name: 'request', key: { tenant: 1, requestId: 1 }, unique: true, partialFilterExpression: { requestId: { $type: 'string' } } },
        { name: 'list', key: { tenant: 1, createTimeMs: -1, _id: -1 } },
      ],
      { ...call },
    ),
  );
}
