import type { Task } from './task.js';

/** The bytes of all files of a task's outputs, as far as its record tells. */
export function outputBytesOf({ outputs }: Pick<Task, 'outputs'>): number {
  return outputs.reduce(
    (sum, { sizeBytes, parts = [] }) => parts.reduce((all, part) => all + (part.sizeBytes ?? 0), sum + sizeBytes),
    0,
  );
}
