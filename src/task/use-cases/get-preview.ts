import { CallError } from '../call-error.js';
import type { TaskStore } from '../ports/task-store.js';
import type { Preview, Previews } from '../previews.js';
import type { TaskKey } from '../task.js';
import { getTask } from './get-task.js';

/** The newest preview of a task. @throws CallError TASK_NOT_FOUND; PREVIEW_NOT_FOUND when this process has none of it. */
export async function getPreview(
  deps: { readonly store: TaskStore; readonly previews: Previews },
  key: TaskKey,
): Promise<Preview> {
  const { state } = await getTask(deps, key);
  const preview = deps.previews.of(key);
  if (state !== 'RUNNING' || !preview) throw new CallError({ reason: 'PREVIEW_NOT_FOUND', taskId: key.id, state });
  return preview;
}
