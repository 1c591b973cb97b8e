import { LRUCache } from 'lru-cache';
import type { Task as WireTask } from '../../../generated/cutroom/v1/task.js';
import type { TaskEvent } from '../../../generated/cutroom/v1/task_service.js';
import type { Task } from '../../task/task.js';
import { printTask, type SignUrl } from '../../wire/print-task.js';

/** How old a printed task with URLs may get: short beside the lifetime of a URL. */
const MAX_PRINT_AGE_MS = 60_000;
/** How many printed tasks are kept: as many as may be polled or watched at a time. */
const MAX_PRINTS = 1_000;

/**
 * Prints tasks and events, each revision once for all callers: a task at a revision never changes, its URLs aside.
 * All callers get the same object for the same revision, so that each transport makes its bytes once.
 */
export interface TaskPrinter {
  task(task: Task): WireTask;
  event(task: Task): TaskEvent;
}

interface Print {
  readonly revision: number;
  readonly task: WireTask;
  readonly event: TaskEvent;
  readonly atMs: number;
}

/** @param monotonicMs milliseconds that never go back. */
export function createTaskPrinter(sign: SignUrl, monotonicMs: () => number): TaskPrinter {
  const prints = new LRUCache<string, Print>({ max: MAX_PRINTS });

  function print(task: Task): Print {
    // Ids are UUIDs: no two tenants have the same one.
    const known = prints.get(task.id);
    if (
      known?.revision === task.revision &&
      (task.outputs.length === 0 || monotonicMs() - known.atMs < MAX_PRINT_AGE_MS)
    )
      return known;
    const wire = printTask(task, sign);
    const made: Print = {
      revision: task.revision,
      task: wire,
      event: { event: { $case: 'task', value: wire } },
      atMs: monotonicMs(),
    };
    prints.set(task.id, made);
    return made;
  }

  return { task: (task) => print(task).task, event: (task) => print(task).event };
}

/** The message of a stream on which nothing has changed. */
export const HEARTBEAT: TaskEvent = { event: { $case: 'heartbeat', value: {} } };
