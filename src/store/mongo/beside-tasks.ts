import type { Collection } from 'mongodb';
import type { ListCursor, QueueStats } from '../../task/ports/task-store.js';
import type { Task, TaskKey } from '../../task/task.js';
import type { Calls } from './calls.js';
import type { Collections } from './collections.js';
import { markSpec } from './specs.js';
import { idOf, versionFilter, type TaskDocument } from './task-document.js';

type TasksAndDiagnostics = Pick<Collections, 'tasks' | 'diagnostics'>;

/**
 * Removes a task in the very version that `task` is, with its diagnostics and spec. The diagnostics go first: a process that dies in between leaves a
 * task without them, which can be removed again, and not diagnostics without a task, which nobody would ever find. The spec goes last, marked
 * beforehand: a task that is retried in this moment stays, and needs it.
 */
export async function remove(
  calls: Calls,
  { tasks, specs, diagnostics }: TasksAndDiagnostics & Pick<Collections, 'specs'>,
  task: Task,
): Promise<boolean> {
  const _id = idOf(task);
  const clear = (): Promise<unknown> => calls.ask((options) => diagnostics.deleteOne({ _id }, { ...options }));
  const isThere = await calls.ask((options) =>
    tasks.findOne(versionFilter(task), { projection: { _id: 1 }, ...options }),
  );
  if (isThere === null) return false;
  await calls.ask((options) => markSpec(specs, _id, options));
  await clear();
  const isGone = await calls.change(async (options, isRepeat) => {
    const { deletedCount } = await tasks.deleteOne(versionFilter(task), { ...options });
    if (deletedCount > 0 || !isRepeat) return deletedCount > 0;
    // Refused when repeated: the try before did it if the task is gone.
    return (await tasks.findOne({ _id }, { readConcern: 'linearizable', projection: { _id: 1 }, ...options })) === null;
  });
  if (!isGone) return false;
  // Those that an attempt has put there in between.
  await clear();
  await calls.ask((options) => specs.deleteOne({ _id }, { ...options }));
  return true;
}

/**
 * Written first and looked at afterwards: a task that is removed meanwhile must not leave diagnostics behind for ever. Which are the later ones is
 * decided within the write, where nothing comes in between.
 */
export async function putDiagnostics(
  calls: Calls,
  { tasks, diagnostics }: TasksAndDiagnostics,
  key: TaskKey,
  { text, fence }: { readonly text: string; readonly fence: number },
): Promise<void> {
  const _id = idOf(key);
  await calls.ask(async (options) => {
    const isLate = { $gt: [{ $ifNull: ['$fence', 0] }, fence] };
    // A text that begins with a dollar sign is a text.
    const change = {
      diagnostics: { $cond: [isLate, '$diagnostics', { $literal: text }] },
      fence: { $max: ['$fence', fence] },
    };
    await diagnostics.updateOne({ _id }, [{ $set: change }], { upsert: true, ...options });
    const task = await tasks.findOne({ _id }, { projection: { _id: 1 }, ...options });
    if (task === null) await diagnostics.deleteOne({ _id }, { ...options });
  });
}

/** The server steps over the places before it in the index `list`; no task is read. */
export async function positionOf(
  calls: Calls,
  tasks: Collection<TaskDocument>,
  tenant: string,
  place: number,
): Promise<ListCursor | null> {
  const [found] = await calls.ask((options) =>
    tasks
      .find<Pick<TaskDocument, '_id' | 'createTimeMs'>>(
        { tenant },
        {
          sort: { createTimeMs: -1, _id: -1 },
          projection: { createTimeMs: 1 },
          skip: place - 1,
          limit: 1,
          ...options,
        },
      )
      .toArray(),
  );
  return found ? { createTimeMs: found.createTimeMs, id: found._id.id } : null;
}

/** Counted in partial indexes, which are as small as the queue and the running tasks; that of the queue by `turns`, without which the server reads each task. */
export async function stats(calls: Calls, tasks: Collection<TaskDocument>): Promise<QueueStats> {
  return calls.ask(async (options) => {
    const [queued, running, awaitingDelivery, oldest] = await Promise.all([
      tasks.countDocuments({ state: 'QUEUED' }, { hint: 'turns', ...options }),
      tasks.countDocuments({ state: 'RUNNING' }, { hint: 'leases', ...options }),
      tasks.countDocuments({ nextDeliveryMs: { $gt: 0 } }, { hint: 'deliveries', ...options }),
      tasks.findOne({ state: 'QUEUED' }, { sort: { createTimeMs: 1 }, projection: { createTimeMs: 1 }, ...options }),
    ]);
    return { queued, running, awaitingDelivery, oldestQueuedTimeMs: oldest?.createTimeMs ?? null };
  });
}
