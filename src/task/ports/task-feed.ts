import type { Task, TaskKey, TaskState } from '../task.js';

/** "Task X is at revision ≥ r." A hint, never the truth: whoever wants to know reads the task. */
export interface TaskHint {
  readonly key: TaskKey;
  readonly revision: number;
  /** The state at that revision; null when the feed does not say. */
  readonly state: TaskState | null;
  /** The fence at that revision; null when the feed does not say. */
  readonly fence: number | null;
}

export interface TaskFeedListener {
  /** A task changed. Hints may be repeated, late, or out of order; must not throw. */
  onHint(hint: TaskHint): void;
  /** Hints may have been lost: re-read whatever you follow. */
  onGap(): void;
}

/** Tells of changes in a store, of which there is one feed per process however many listen. */
export interface TaskFeed {
  /** Every change stored after this returns is told. */
  subscribe(listener: TaskFeedListener): () => void;
}

/** The hint of a stored task. */
export function hintOf(task: Task): TaskHint {
  return { key: { tenant: task.tenant, id: task.id }, revision: task.revision, state: task.state, fence: task.fence };
}
