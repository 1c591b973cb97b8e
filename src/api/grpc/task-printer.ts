import { TaskEvent } from '../../../generated/cutroom/v1/task_service.js';
import type { Task as WireTask } from '../../../generated/cutroom/v1/task.js';
import type { Task } from '../../task/task.js';
import { printTask, type SignUrl } from '../../wire/print-task.js';

/** How old a printed task with URLs may get: short beside the lifetime of a URL. */
const MAX_PRINT_AGE_MS = 60_000;

/** Prints tasks and events, each once for all who get the same one. */
export interface TaskPrinter {
  task(task: Task): WireTask;
  /** Watchers of one revision get the same object, so that `encodeEvent` makes its bytes once. */
  event(task: Task): TaskEvent;
}

interface Print {
  readonly task: WireTask;
  readonly event: TaskEvent;
  readonly atMs: number;
}

/** @param monotonicMs milliseconds that never go back. */
export function createTaskPrinter(sign: SignUrl, monotonicMs: () => number): TaskPrinter {
  const prints = new WeakMap<Task, Print>();

  function print(task: Task): Print {
    const known = prints.get(task);
    if (known && (task.outputs.length === 0 || monotonicMs() - known.atMs < MAX_PRINT_AGE_MS)) return known;
    const wire = printTask(task, sign);
    const made: Print = { task: wire, event: { event: { $case: 'task', value: wire } }, atMs: monotonicMs() };
    prints.set(task, made);
    return made;
  }

  return { task: (task) => print(task).task, event: (task) => print(task).event };
}

/** Nothing has changed; the stream is alive. */
export const HEARTBEAT: TaskEvent = { event: { $case: 'heartbeat', value: {} } };

const encodedEvents = new WeakMap<TaskEvent, Uint8Array>();

/** The bytes of an event, made once however many watchers they go to. */
export function encodeEvent(event: TaskEvent): Uint8Array {
  const known = encodedEvents.get(event);
  if (known) return known;
  const bytes = TaskEvent.encode(event).finish();
  encodedEvents.set(event, bytes);
  return bytes;
}
