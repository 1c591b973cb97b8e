import { isDeepStrictEqual } from 'node:util';
import { randomBytes } from 'node:crypto';
import { Binary, type Collection, type Filter } from 'mongodb';
import type { InsertResult, LeaseRenewal } from '../../task/ports/task-store.js';
import type { Task } from '../../task/task.js';
import { idTaken } from '../errors.js';
import type { Calls, CallOptions } from './calls.js';
import type { Collections, SecretDocument } from './collections.js';
import { isDuplicateKey, LostWriteError } from './outcome.js';
import { putSpec } from './specs.js';
import {
  documentOf,
  idOf,
  leaseEnd,
  oldDocumentOf,
  replacement,
  requestFilter,
  taskOf,
  versionFilter,
  TASK_ONLY,
  type StoredTask,
  type TaskDocument,
} from './task-document.js';

type Tasks = Collection<TaskDocument>;

/**
 * Stores a task with its spec: in the new shape the spec first (see `specs.ts`), in the old one both at once. A duplicate key says that a task of the
 * id or request id is there; a read shows which.
 */
export async function insert(
  calls: Calls,
  { tasks, specs }: Pick<Collections, 'tasks' | 'specs'>,
  { task, spec, isOldShape }: { readonly task: Task; readonly spec: string; readonly isOldShape: boolean },
): Promise<InsertResult> {
  return calls.change(async (options, isRepeat) => {
    try {
      if (!isOldShape) await putSpec(specs, task, spec, options);
      await tasks.insertOne(isOldShape ? oldDocumentOf(task, spec) : documentOf(task), { ...options });
      return { kind: 'inserted' };
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    const holder =
      task.requestId === null ? null : await settledRead(tasks, requestFilter(task.tenant, task.requestId), options);
    // The task itself: inserted before, by this call's try that had no answer, or by an earlier call.
    const stored = holder?.id === task.id ? holder : await settledRead(tasks, { _id: idOf(task) }, options);
    if (holder !== null && (holder.id !== task.id || !isRepeat)) {
      if (stored === null) await specs.deleteOne({ _id: idOf(task) }, { ...options });
      return { kind: 'request-id-taken', task: holder };
    }
    // Whatever stood in the way was taken back again (a rollback): as good as no answer.
    if (stored === null) throw new LostWriteError();
    if (!isRepeat) throw idTaken(task);
    return { kind: 'inserted' };
  });
}

/** The compare-and-set. Refused when repeated: the try before was applied if, and only if, the store has `to`. */
export async function replace(
  calls: Calls,
  tasks: Tasks,
  change: { from: Task; to: Task; leaseMs: number | null },
): Promise<boolean> {
  const { from, to, leaseMs } = change;
  return calls.change(async (options, isRepeat) => {
    const { matchedCount } = await tasks.updateOne(versionFilter(from), replacement(to, leaseMs), { ...options });
    if (matchedCount > 0 || !isRepeat) return matchedCount > 0;
    return isDeepStrictEqual(await settledRead(tasks, { _id: idOf(to) }, options), to);
  });
}

/** Can be repeated as it is: all that a late try does is to give the time from then on, to an attempt that still has the lease. */
export async function renewLease(
  calls: Calls,
  tasks: Tasks,
  { key, fence, attemptId, leaseMs }: LeaseRenewal,
): Promise<boolean> {
  return calls.ask(async (options) => {
    const filter = { _id: idOf(key), state: 'RUNNING' as const, fence, attemptId };
    const { matchedCount } = await tasks.updateOne(filter, [{ $set: { lease_expires: leaseEnd(leaseMs) } }], {
      ...options,
    });
    return matchedCount > 0;
  });
}

/** The first insert decides; every process reads the stored secret, and only once a majority has it. */
export async function secret(calls: Calls, secrets: Collection<SecretDocument>, name: string): Promise<Buffer> {
  // Without a write, since it is read every few seconds.
  const there = await calls.ask((options) => secrets.findOne({ _id: name }, { readConcern: 'majority', ...options }));
  if (there !== null) return Buffer.from(there.value.buffer);
  return calls.change(async (options) => {
    try {
      await secrets.updateOne(
        { _id: name },
        { $setOnInsert: { value: new Binary(randomBytes(32)) } },
        { upsert: true, ...options },
      );
    } catch (error) {
      // Two upserts at once: one of them fails with this, and finds the other's.
      if (!isDuplicateKey(error)) throw error;
    }
    const stored = await secrets.findOne({ _id: name }, { readConcern: 'linearizable', ...options });
    if (stored === null) throw new LostWriteError();
    return Buffer.from(stored.value.buffer);
  });
}

/** The compare-and-set of a secret. Refused when repeated: the try before was applied if, and only if, the store has `to`. */
export async function replaceSecret(
  calls: Calls,
  secrets: Collection<SecretDocument>,
  { name, from, to }: { readonly name: string; readonly from: Buffer; readonly to: Buffer },
): Promise<boolean> {
  return calls.change(async (options, isRepeat) => {
    const filter = { _id: name, value: new Binary(from) };
    const { matchedCount } = await secrets.updateOne(filter, { $set: { value: new Binary(to) } }, { ...options });
    if (matchedCount > 0 || !isRepeat) return matchedCount > 0;
    const stored = await secrets.findOne({ _id: name }, { readConcern: 'linearizable', ...options });
    return stored !== null && Buffer.from(stored.value.buffer).equals(to);
  });
}

/**
 * Reads a task with everything that any write before has done to it, or waits for that. A majority read would not do: right after a write whose
 * confirmation was lost it may still show the state before it.
 */
async function settledRead(tasks: Tasks, filter: Filter<TaskDocument>, options: CallOptions): Promise<Task | null> {
  const stored = await tasks.findOne<StoredTask>(filter, {
    readConcern: 'linearizable',
    projection: TASK_ONLY,
    ...options,
  });
  return stored === null ? null : taskOf(stored);
}
