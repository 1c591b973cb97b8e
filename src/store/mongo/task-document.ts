import type { Document } from 'mongodb';
import type { Task, TaskKey } from '../../task/task.js';

/**
 * A task as MongoDB keeps it: the task's fields, and its spec, in one document, so that a submit is one write. The key is the `_id`
 * as a whole, which a change stream names with every change.
 */
export interface TaskDocument extends Omit<Task, 'id'> {
  readonly _id: { readonly tenant: string; readonly id: string };
  readonly spec: string;
  /** When the lease ends, by the server's clock; there only while RUNNING. */
  readonly lease_expires?: Date;
}

/** The fields that reads of tasks leave out. */
export const WITHOUT_SPEC = { spec: 0, lease_expires: 0 } as const;

export type StoredTask = Omit<TaskDocument, 'spec' | 'lease_expires'>;

/** The order of the two fields is part of the key. */
export function idOf({ tenant, id }: TaskKey): TaskDocument['_id'] {
  return { tenant, id };
}

export function documentOf(task: Task, spec: string): TaskDocument {
  const { _id, fields } = split(task);
  return { _id, ...fields, spec };
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
 * The update that replaces the stored task by `to`, and leaves the spec. Every value goes in as a literal: in a pipeline a string that
 * begins with `$` would be a field path. `$mergeObjects` replaces each of the task's fields whole, where `$set` would merge into the old one.
 */
export function replacement(to: Task, leaseMs: number): Document[] {
  const parts: (string | Document)[] = ['$$ROOT', { $literal: split(to).fields }];
  if (to.state === 'RUNNING')
    return [{ $replaceWith: { $mergeObjects: [...parts, { lease_expires: leaseEnd(leaseMs) }] } }];
  return [{ $replaceWith: { $mergeObjects: parts } }, { $unset: 'lease_expires' }];
}

/** An expression: so many milliseconds from now on by the server's clock. */
export function leaseEnd(leaseMs: number): Document {
  return { $add: ['$$NOW', leaseMs] };
}
