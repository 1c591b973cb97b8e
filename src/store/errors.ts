import { CallError } from '../task/call-error.js';
import type { Task } from '../task/task.js';

/** What a store rejects with when it cannot answer. After a write: the outcome is unknown. */
export function storeUnavailable(cause?: unknown): CallError {
  return new CallError({ reason: 'STORE_UNAVAILABLE' }, { cause });
}

/** Ids are made at random by the service, so that a second task of the same id is a bug of the caller. */
export function idTaken(task: Task): Error {
  return new Error(`there already is a task ${task.id} of tenant ${task.tenant}`);
}
