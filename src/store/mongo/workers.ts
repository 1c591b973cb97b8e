import type { Collection } from 'mongodb';
import type { WorkerInfo } from '../../task/ports/worker-store.js';
import type { Calls } from './calls.js';
import type { WorkerDocument } from './collections.js';
import { leaseEnd } from './task-document.js';

/** Says that a worker is alive, by the server's clock. */
export async function announceWorker(
  calls: Calls,
  workers: Collection<WorkerDocument>,
  worker: WorkerInfo,
  leaseMs: number,
): Promise<void> {
  const { owner, ...info } = worker;
  await calls.ask(async (options) => {
    await workers.updateOne(
      { _id: owner },
      [
        {
          $replaceWith: {
            $mergeObjects: [
              { $literal: { _id: owner, ...info, readsSpecs: true } },
              { lease_expires: leaseEnd(leaseMs) },
            ],
          },
        },
      ],
      {
        upsert: true,
        ...options,
      },
    );
  });
}

/** The workers whose lease lasts. */
export async function aliveWorkers(calls: Calls, workers: Collection<WorkerDocument>): Promise<readonly WorkerInfo[]> {
  const alive = await calls.ask((options) =>
    workers.find({ $expr: { $gt: ['$lease_expires', '$$NOW'] } }, { sort: { _id: 1 }, ...options }).toArray(),
  );
  return alive.map(({ _id, slots, build, inspects }) => ({ owner: _id, slots, build, ...(inspects && { inspects }) }));
}
