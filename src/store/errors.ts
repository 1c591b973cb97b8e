import { CallError } from '../task/call-error.js';
import type { Task } from '../task/task.js';

/** The error of a store that cannot answer. After a write the outcome is unknown. */
export function storeUnavailable(cause?: unknown): CallError {
  return new CallError({ reason: 'STORE_UNAVAILABLE' }, { cause });
}

/** The service makes ids at random: a second task of the same id is a bug of the caller. */
export function idTaken(task: Task): Error {
  return new Error(`there already is a task ${task.id} of tenant ${task.tenant}`);
}
