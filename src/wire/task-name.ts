import { CallError } from '../task/call-error.js';

export const NAME = /^tasks\/([A-Za-z0-9_-]{1,64})$/;
/** A regular expression for the id alone. */
export const TASK_ID = NAME.source.replace('tasks\\/', '');

/** The resource name of a task: `tasks/{id}`. */
export function formatTaskName(taskId: string): string {
  return `tasks/${taskId}`;
}

/** The form of a resource name; ends a sentence that begins with the field. */
export const TASK_NAME_FORM = 'must have the form tasks/{id}';

/** The id in a resource name; null when it is anything but `tasks/{id}`. */
export function taskIdIn(name: string): string | null {
  return NAME.exec(name)?.[1] ?? null;
}

/** The id in a resource name. @throws CallError INVALID_REQUEST on anything but `tasks/{id}`. */
export function parseTaskName(name: string): string {
  const id = taskIdIn(name);
  if (id !== null) return id;
  throw new CallError({ reason: 'INVALID_REQUEST', violations: [{ field: 'name', description: TASK_NAME_FORM }] });
}
