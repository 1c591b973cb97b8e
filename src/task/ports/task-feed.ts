import type { Task, TaskKey, TaskState } from '../task.js';

/** "Task X is at revision ≥ r." A hint, never the truth: the state itself is read from the store. */
export interface TaskHint {
  readonly key: TaskKey;
  readonly revision: number;
  /** The state at that revision; null when the feed does not say. */
  readonly state: TaskState | null;
  /** The fence at that revision; null when the feed does not say. */
  readonly fence: number | null;
  /** When the first event of the task is due, in Unix milliseconds; only where this very process made the change, and an event is pending. */
  readonly dueMs?: number;
}

export interface TaskFeedListener {
  /** A task changed. Hints may be repeated, late, or out of order; must not throw. */
  onHint(hint: TaskHint): void;
  /** Hints may have been lost: re-read every task that you follow. */
  onGap(): void;
}

/** Announces changes in a store: one feed per process for any number of listeners. */
export interface TaskFeed {
  /** Every change of a state or fence stored after this returns is announced, and every change of a followed task. */
  subscribe(listener: TaskFeedListener): () => void;

  /**
   * From now on the progress of this task is announced, a second late at most, until the function that this returns is called. A store may leave out that of
   * tasks that nobody in this process follows.
   */
  follow(key: TaskKey): () => void;
}

/** The hint of a stored task. */
export function hintOf(task: Task): TaskHint {
  return { key: { tenant: task.tenant, id: task.id }, revision: task.revision, state: task.state, fence: task.fence };
}
