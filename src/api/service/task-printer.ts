import { LRUCache } from 'lru-cache';
import type { Task as WireTask } from '../../../generated/cutroom/v1/task.js';
import type { TaskEvent } from '../../../generated/cutroom/v1/task_service.js';
import type { Task } from '../../task/task.js';
import { printTask, type SignUrl } from '../../wire/print-task.js';

/** How old a printed task with URLs may get: short beside the lifetime of a URL. */
const MAX_PRINT_AGE_MS = 60_000;
/** How many tasks are kept printed: those that somebody polls or watches right now. */
const MAX_PRINTS = 1_000;

/**
 * Prints tasks and events, each revision once for all who get it: a task at a revision never says anything else, its URLs aside.
 * Who gets the same revision gets the same object, so that `encodeOnce` and the JSON door make its bytes once.
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

/** Nothing has changed; the stream is alive. */
export const HEARTBEAT: TaskEvent = { event: { $case: 'heartbeat', value: {} } };
