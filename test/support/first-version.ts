import type { Task } from '../../src/task/task.js';
import { newTask } from './new-task.js';

/** Fields that a task of the first version does not have. */
const LATER = [
  'labels', 'priority', 'queueRankMs', 'timeouts', 'ttlMs', 'estimatedEndTimeMs', 'phaseTimings', 'submitWarnings', 'queueDeadlineMs', 'expireTimeMs',
] as const satisfies (keyof Task)[];

export type FirstVersionTask = Omit<Task, (typeof LATER)[number]>;

/** What the first version stored: one task in each state that matters, by its name. */
export function firstVersionTasks(): Readonly<Record<'queued' | 'running' | 'ended', FirstVersionTask>> {
  const task = (id: string, changes: Partial<Task>): FirstVersionTask => {
    const all = { ...newTask({ id, requestId: `request-${id}`, nowMs: 1000 }), ...changes };
    return Object.fromEntries(Object.entries(all).filter(([field]) => !LATER.some((later) => later === field))) as unknown as FirstVersionTask;
  };
  return {
    queued: task('queued', {}),
    running: task('running', { state: 'RUNNING', revision: 2, fence: 1, attempt: 1, attemptId: 'attempt', owner: 'old', startTimeMs: 1500 }),
    ended: task('ended', { state: 'SUCCEEDED', revision: 3, fence: 1, attempt: 1, percent: 100, startTimeMs: 1500, endTimeMs: 2000, updateTimeMs: 2000 }),
  };
}

/** Whether a task has every field that a new one has. */
export function isComplete(task: Task | null): boolean {
  return task !== null && Object.keys(newTask()).every((field) => field in task);
}
