import type { TaskEvents } from '../ports/task-events.js';
import type { Task } from '../task.js';

/** Counts a stored task for the limit of the day. A count that fails is told, and fails no call: the task is there, and a repeated call would make another. */
export async function countTask(
  events: Pick<TaskEvents, 'backgroundError'>,
  task: Task,
  count: (() => Promise<void>) | undefined,
): Promise<void> {
  await count?.().catch((error: unknown) => {
    events.backgroundError('cannot count a task for the limit of the day', error, task);
  });
}
