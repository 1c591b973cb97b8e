import { MongoServerError, type Collection } from 'mongodb';
import { FIRST_VERSION_MS } from '../first-version.js';
import { withDeadline } from './calls.js';
import type { TaskDocument } from './task-document.js';

const NAMESPACE_NOT_FOUND = 26;
const INDEX_NOT_FOUND = 27;
const ENDED = { state: { $in: ['SUCCEEDED', 'FAILED', 'CANCELLED'] as const } };

/**
 * Makes ready what the first version stored: tasks that have ended are kept for a time to live from now on, so that nobody loses a video by an upgrade;
 * those that wait get their place in the queue, by age as before. All else that they lack is filled in when they are read. Done before there is an index `expired`, and so only once: no later start
 * looks through all tasks again. A start that broke off in between is made good by the next, and
 * several processes may start at once: a task that has been made ready is left alone.
 */
export async function upgradeTasks(tasks: Collection<TaskDocument>, { deadlineMs }: { deadlineMs: number }): Promise<void> {
  const indexes = await indexNames(tasks, deadlineMs);
  if (indexes.length === 0 || indexes.includes('expired')) return;
  const rank = [{ $set: { queueRankMs: '$createTimeMs' } }];
  await withDeadline(deadlineMs, (call) => tasks.updateMany({ state: 'QUEUED', queueRankMs: { $exists: false } }, rank, { ...call }));
  const expireTimeMs = { $add: [{ $toLong: '$$NOW' }, FIRST_VERSION_MS] };
  await withDeadline(deadlineMs, (call) => tasks.updateMany({ ...ENDED, expireTimeMs: { $exists: false } }, [{ $set: { expireTimeMs } }], { ...call }));
  // The claims of the first version; `waiting` serves a replica of it that still runs.
  if (indexes.includes('queued')) await withDeadline(deadlineMs, (call) => tasks.dropIndex('queued', { ...call })).catch(unless(INDEX_NOT_FOUND));
}

/** Lets an error of the server pass that says: another process was faster. */
function unless(code: number): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof MongoServerError) || error.code !== code) throw error;
  };
}

/** None of a collection that is not there yet. */
async function indexNames(tasks: Collection<TaskDocument>, deadlineMs: number): Promise<readonly unknown[]> {
  try {
    const indexes = await withDeadline(deadlineMs, (call) => tasks.listIndexes({ ...call }).toArray());
    return indexes.map(({ name }: { name?: unknown }) => name);
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return [];
    throw error;
  }
}
