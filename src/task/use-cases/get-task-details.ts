import type { DiagnosticsStore } from '../ports/diagnostics-store.js';
import type { TaskStore } from '../ports/task-store.js';
import type { Task } from '../task.js';

/** The parts of a task that only its full view shows; each null when there is none. */
export interface TaskDetails {
  /** As it was stored: canonical JSON. */
  readonly specJson: string | null;
  /** As it was stored by `formatDiagnostics`. */
  readonly diagnosticsJson: string | null;
}

/** @throws CallError STORE_UNAVAILABLE. */
export async function getTaskDetails(
  { store }: { readonly store: TaskStore & DiagnosticsStore },
  task: Task,
): Promise<TaskDetails> {
  const [specJson, diagnosticsJson] = await Promise.all([store.getSpec(task), store.getDiagnostics(task)]);
  return { specJson, diagnosticsJson };
}
