import type { Document } from 'mongodb';
import { outputBytesOf } from '../../task/output-bytes.js';
import type { Task, TaskKey } from '../../task/task.js';

/**
 * A task as MongoDB keeps it. The key is the `_id` as a whole, which a change stream names with every change.
 *
 * There are two shapes. In the *old* one the document has the spec, and no `labelPairs`. In the *new* one the spec is a
 * document of its own, so that no list, claim or change carries it. This version reads both; `upgrade.ts` says which it writes.
 */
export interface TaskDocument extends Omit<Task, 'id'> {
  readonly _id: { readonly tenant: string; readonly id: string };
  /** Old shape only. */
  readonly spec?: string;
  /** New shape only: the labels for the index, as `pairOf` makes them. */
  readonly labelPairs?: readonly string[];
  /** The bytes of its outputs, for their sum; absent: none, or it ended before this was kept. */
  readonly outputBytes?: number;
  /** When the lease ends, by the server's clock; there only while RUNNING. */
  readonly lease_expires?: Date;
}

/** The spec of a task, in the new shape. */
export interface SpecDocument {
  readonly _id: TaskDocument['_id'];
  readonly spec: string;
  /** There while the task may be missing: when it was about to be inserted or removed, by the server's clock. */
  readonly check?: Date;
}

/** The fields that reads of tasks leave out. */
export const TASK_ONLY = { spec: 0, labelPairs: 0, outputBytes: 0, lease_expires: 0 } as const;

export type StoredTask = Omit<TaskDocument, keyof typeof TASK_ONLY>;

/** The order of the two fields is part of the key. */
export function idOf({ tenant, id }: TaskKey): TaskDocument['_id'] {
  return { tenant, id };
}

/** A new task in the new shape. */
export function documentOf(task: Task): TaskDocument {
  const { _id, fields } = split(task);
  // One that has ended comes from another store.
  const outputBytes = outputBytesOf(task);
  return { _id, ...fields, labelPairs: pairsOf(task.labels), ...(outputBytes > 0 && { outputBytes }) };
}

/** A new task in the old shape. */
export function oldDocumentOf(task: Task, spec: string): TaskDocument {
  const { _id, fields } = split(task);
  const outputBytes = outputBytesOf(task);
  return { _id, ...fields, spec, ...(outputBytes > 0 && { outputBytes }) };
}

/** A label as one value: an index on two fields of an array does not know which belong together. */
export function pairOf(key: string, value: string): string {
  return `${key}=${value}`;
}

/** A task without labels has an entry all the same, which is no label: an empty array would be found where the field is missing. */
export function pairsOf(labels: Task['labels']): readonly string[] {
  const pairs = Object.entries(labels).map(([key, value]) => pairOf(key, value));
  return pairs.length > 0 ? pairs : [''];
}

function split({ id, ...fields }: Task): { _id: TaskDocument['_id']; fields: Omit<Task, 'id'> } {
  return { _id: idOf({ tenant: fields.tenant, id }), fields };
}

export function taskOf(stored: StoredTask): Task {
  const { _id, ...fields } = stored;
  return { id: _id.id, ...fields };
}

/** Matches a task only in the very version that `task` is. */
export function versionFilter(task: Task): Document {
  return { _id: idOf(task), revision: task.revision, fence: task.fence, attemptId: task.attemptId };
}

/** The type stands beside the value because the index is partial on it: from the value alone the server does not conclude that it may use it. */
export function requestFilter(tenant: string, requestId: string): Document {
  return { tenant, requestId: { $eq: requestId, $type: 'string' } };
}

/**
 * The update that replaces the stored task by `to`, and leaves the fields that are not the task's. Every value goes in as a literal: in a pipeline
 * a string that begins with `$` would be a field path. `$mergeObjects` replaces each of the task's fields whole, where `$set` would merge into
 * the old one.
 */
export function replacement(to: Task, leaseMs: number | null): Document[] {
  const parts: (string | Document)[] = ['$$ROOT', { $literal: split(to).fields }];
  if (to.state === 'RUNNING') {
    if (leaseMs !== null) parts.push({ lease_expires: leaseEnd(leaseMs) });
    return [{ $replaceWith: { $mergeObjects: parts } }];
  }
  const outputBytes = outputBytesOf(to);
  if (outputBytes > 0) parts.push({ outputBytes });
  return [{ $replaceWith: { $mergeObjects: parts } }, { $unset: 'lease_expires' }];
}

/** An expression: so many milliseconds from now on by the server's clock. */
export function leaseEnd(leaseMs: number): Document {
  return { $add: ['$$NOW', leaseMs] };
}
