import { TaskError } from '../task/errors.js';

const NAME = /^tasks\/([A-Za-z0-9_-]{1,64})$/;

/** The resource name of a task: `tasks/{id}`. */
export function formatTaskName(taskId: string): string {
  return `tasks/${taskId}`;
}

/** The id in a resource name. @throws TaskError INVALID_REQUEST on anything but `tasks/{id}`. */
export function parseTaskName(name: string): string {
  const id = NAME.exec(name)?.[1];
  if (id !== undefined) return id;
  throw new TaskError({ reason: 'INVALID_REQUEST', violations: [{ field: 'name', description: 'must have the form tasks/{id}' }] });
}
