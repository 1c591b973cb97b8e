import { Task as WireTask } from '../../generated/cutroom/v1/task.js';
import type { NotifyEvent } from '../task/notify.js';
import type { Task } from '../task/task.js';
import { printTask, type SignUrl } from './print-task.js';
import { jsonType, writeFullJson } from './proto-json.js';

const taskType = jsonType(WireTask, 'cutroom.v1.Task');

const TYPES: Readonly<Record<NotifyEvent, string>> = { ENDED: 'task.ended', STATE_CHANGED: 'task.state_changed' };

/**
 * The body of an event: its type, the time of the attempt, and the task as the JSON API answers it.
 * @param sign the URLs of outputs; null: none are known, they are empty.
 */
export function printEvent(task: Task, event: NotifyEvent, timeMs: number, sign: SignUrl | null): string {
  const printed = printTask(task, sign ?? (() => ''));
  const data = writeFullJson(taskType, sign === null ? { ...printed, videos: [] } : printed);
  return JSON.stringify({ type: TYPES[event], timestamp: new Date(timeMs).toISOString(), data });
}
