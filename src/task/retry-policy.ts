import { FAILURES, type TaskFailure } from './failure.js';

/** Attempts that may end in an error of the task's own before it is FAILED, unless a task says otherwise. */
export const DEFAULT_MAX_ATTEMPTS = 2;

/** Whether a task is tried again by itself: only for errors that may pass, and while attempts are left. */
export function shouldRetry(failure: TaskFailure, failures: number, maxAttempts: number): boolean {
  return FAILURES[failure.reason].retryable && failures < maxAttempts;
}
