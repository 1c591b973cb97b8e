import type { TaskKey } from '../task.js';

/** The diagnostics of each task's latest attempt. Methods reject as those of `TaskStore`. */
export interface DiagnosticsStore {
  /**
   * Keeps the diagnostics of the attempt with this fence, in place of those of any earlier one. Does nothing for a task that is gone, and nothing when
   * those of a later attempt are there: a worker that has lost its task may still be writing.
   */
  putDiagnostics(key: TaskKey, diagnostics: string, attempt: { readonly fence: number }): Promise<void>;

  /** Those of the latest attempt that has left any, or null. */
  getDiagnostics(key: TaskKey): Promise<string | null>;
}
