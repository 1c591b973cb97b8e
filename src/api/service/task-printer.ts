import { LRUCache } from 'lru-cache';
import type { Task as WireTask } from '../../../generated/cutroom/v1/task.js';
import type { TaskEvent } from '../../../generated/cutroom/v1/task_service.js';
import type { Preview } from '../../task/previews.js';
import type { QueuePlace } from '../../task/queue-forecast.js';
import type { Task } from '../../task/task.js';
import type { OutputUrls } from '../../task/output-urls.js';
import type { UrlKeys } from '../../task/url-keys.js';
import { asBuffer } from '../../shared/as-buffer.js';
import { oncePerObject } from '../once-per-object.js';
import { printQueuePlace, printTask } from '../../wire/print-task.js';

/** How old a printed task with URLs may get: short beside the lifetime of a URL. */
const MAX_PRINT_AGE_MS = 60_000;
/** How many printed tasks are kept: as many as may be polled or watched at a time. */
const MAX_PRINTS = 12_000;

/**
 * Prints tasks and events, each revision once for all callers: a task at a revision never changes, its URLs aside.
 * All callers get the same object for the same revision, so that each transport makes its bytes once.
 */
export interface TaskPrinter {
  /** @param baseUrl the beginning of its URLs, which differs by the host that a caller knows. */
  task(task: Task, baseUrl: string, place?: QueuePlace | null): WireTask;
  event(task: Task, baseUrl: string, place?: QueuePlace | null): TaskEvent;
}

interface Print {
  readonly revision: number;
  readonly place: QueuePlace | null;
  /** The key that signed its URLs. */
  readonly key: Buffer;
  readonly task: WireTask;
  readonly event: TaskEvent;
  readonly atMs: number;
}

export interface TaskPrinterDeps {
  readonly sign: OutputUrls['sign'];
  /** The key that signs now: the same object as long as it is the same key. */
  readonly urlKeys: Pick<UrlKeys, 'current'>;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
}

export function createTaskPrinter({ sign, urlKeys, monotonicMs }: TaskPrinterDeps): TaskPrinter {
  const prints = new LRUCache<string, Print>({ max: MAX_PRINTS });

  function print(task: Task, baseUrl: string, place: QueuePlace | null): Print {
    // Ids are UUIDs: no two tenants have the same one. A task without videos is the same for all.
    const key = task.outputs.length === 0 ? task.id : `${task.id} ${baseUrl}`;
    const known = prints.get(key);
    if (
      known?.revision === task.revision &&
      isSamePlace(known.place, place) &&
      (task.outputs.length === 0 || (known.key === urlKeys.current() && monotonicMs() - known.atMs < MAX_PRINT_AGE_MS))
    )
      return known;
    const signedBy = urlKeys.current();
    const wire = printTask(task, (of, output, part) => sign(of, output, baseUrl, part), place);
    const made: Print = {
      revision: task.revision,
      place,
      key: signedBy,
      task: wire,
      event: { event: { $case: 'task', value: wire } },
      atMs: monotonicMs(),
    };
    prints.set(key, made);
    return made;
  }

  return {
    task: (task, baseUrl, place = null) => print(task, baseUrl, place).task,
    event: (task, baseUrl, place = null) => print(task, baseUrl, place).event,
  };
}

function isSamePlace(one: QueuePlace | null, other: QueuePlace | null): boolean {
  return one?.position === other?.position && one?.estimatedStartTimeMs === other?.estimatedStartTimeMs;
}

const HEARTBEAT: TaskEvent = { event: { $case: 'heartbeat', value: { queuePlace: undefined } } };

/** The same object for all who get the same preview. */
export const printPreview = oncePerObject(({ jpeg }: Preview): TaskEvent => ({
  event: { $case: 'preview', value: { jpeg: asBuffer(jpeg) } },
}));

/** The message of a stream on which nothing has changed. */
export function heartbeatOf(place: QueuePlace | null): TaskEvent {
  if (place === null) return HEARTBEAT;
  return { event: { $case: 'heartbeat', value: { queuePlace: printQueuePlace(place) } } };
}
