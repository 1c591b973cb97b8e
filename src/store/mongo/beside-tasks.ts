import type { Collection } from 'mongodb';
import type { QueueStats } from '../../task/ports/task-store.js';
import type { Task, TaskKey } from '../../task/task.js';
import type { Calls } from './calls.js';
import type { Collections } from './collections.js';
import { idOf, versionFilter, type TaskDocument } from './task-document.js';

type TasksAndDiagnostics = Pick<Collections, 'tasks' | 'diagnostics'>;

/** Removes a task in the very version that `task` is, with what lies beside it. Refused when repeated: the try before did it if the task is gone. */
export async function remove(calls: Calls, { tasks, diagnostics }: TasksAndDiagnostics, task: Task): Promise<boolean> {
  const isGone = await calls.change(async (options, isRepeat) => {
    const { deletedCount } = await tasks.deleteOne(versionFilter(task), { ...options });
    if (deletedCount > 0 || !isRepeat) return deletedCount > 0;
    return (await tasks.findOne({ _id: idOf(task) }, { readConcern: 'linearizable', projection: { _id: 1 }, ...options })) === null;
  });
  if (isGone) await calls.ask((options) => diagnostics.deleteOne({ _id: idOf(task) }, { ...options }));
  return isGone;
}

/** Written first and looked at afterwards: a task that is removed meanwhile must not leave diagnostics behind for ever. */
export async function putDiagnostics(calls: Calls, { tasks, diagnostics }: TasksAndDiagnostics, key: TaskKey, text: string): Promise<void> {
  const _id = idOf(key);
  await calls.ask(async (options) => {
    await diagnostics.replaceOne({ _id }, { diagnostics: text }, { upsert: true, ...options });
    const task = await tasks.findOne({ _id }, { projection: { _id: 1 }, ...options });
    if (task === null) await diagnostics.deleteOne({ _id }, { ...options });
  });
}

/** Counted in the partial indexes, which are as small as the queue and what is running. */
export async function stats(calls: Calls, tasks: Collection<TaskDocument>): Promise<QueueStats> {
  return calls.ask(async (options) => {
    const [queued, running, oldest] = await Promise.all([
      tasks.countDocuments({ state: 'QUEUED' }, { hint: 'waiting', ...options }),
      tasks.countDocuments({ state: 'RUNNING' }, { hint: 'leases', ...options }),
      tasks.findOne({ state: 'QUEUED' }, { sort: { createTimeMs: 1 }, projection: { createTimeMs: 1 }, ...options }),
    ]);
    return { queued, running, oldestQueuedTimeMs: oldest?.createTimeMs ?? null };
  });
}
