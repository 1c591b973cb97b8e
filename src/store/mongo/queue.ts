import type { Collection, Filter } from 'mongodb';
import type { TaskStore } from '../../task/ports/task-store.js';
import type { Task } from '../../task/task.js';
import type { Calls } from './calls.js';
import type { TaskDocument } from './task-document.js';

/** The order within a tenant's queue, as in the index `turns`. */
const RANK_ORDER = { queueRankMs: 1, _id: 1 } as const;

type Find = (filter: Filter<TaskDocument>, sort: Record<string, 1 | -1>, limit: number) => Promise<Task[]>;

/** The queues and counts of the tenants, from indexes. */
export function queueIn(
  calls: Calls,
  tasks: Collection<TaskDocument>,
  find: Find,
): Pick<TaskStore, 'queued' | 'queuedRanks' | 'queuedByTenant' | 'countIn' | 'outputBytes'> {
  return {
    queued: async (limit, { after }) => {
      const found = await find({ state: 'QUEUED', tenant: { $gt: after } }, { tenant: 1, ...RANK_ORDER }, limit);
      return found.filter(({ tenant }) => tenant === found[0]?.tenant);
    },
    queuedRanks: (tenant, limit) =>
      calls.ask(async (options) => {
        const ranks = await tasks
          .find(
            { state: 'QUEUED', tenant },
            { projection: { _id: 0, queueRankMs: 1 }, sort: RANK_ORDER, limit, hint: 'turns', ...options },
          )
          .toArray();
        return ranks.map(({ queueRankMs }) => queueRankMs);
      }),
    queuedByTenant: () =>
      calls.ask((options) =>
        tasks
          .aggregate<{ tenant: string; queued: number }>(
            [
              { $match: { state: 'QUEUED' } },
              { $group: { _id: '$tenant', queued: { $sum: 1 } } },
              { $project: { _id: 0, tenant: '$_id', queued: 1 } },
            ],
            { hint: 'turns', ...options },
          )
          .toArray(),
      ),
    outputBytes: (tenant) =>
      calls.ask(async (options) => {
        const [sum] = await tasks
          .aggregate<{ bytes: number }>(
            [
              { $match: { tenant, outputBytes: { $gt: 0 } } },
              { $group: { _id: null, bytes: { $sum: '$outputBytes' } } },
            ],
            { hint: 'output-bytes', ...options },
          )
          .toArray();
        return sum?.bytes ?? 0;
      }),
    countIn: (tenant, state, upTo) =>
      calls.ask((options) => tasks.countDocuments({ tenant, state }, { limit: upTo, hint: 'list-state', ...options })),
  };
}
