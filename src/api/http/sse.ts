import type { Task } from '../../../generated/cutroom/v1/task.js';
import type { TaskEvent } from '../../../generated/cutroom/v1/task_service.js';
import type { HttpRequest, HttpResponse } from './http-types.js';
import { streamHeaders } from './stream-headers.js';
import { type Beginning, endOf } from './watch-stream.js';

/** How long a browser waits before it comes back. */
const RETRY_MS = 2_000;
/** Some proxies hold back the first kilobytes: a comment of that length gets through what follows. */
const PADDING = `:${' '.repeat(2_048)}\n`;

/** Whether the caller wants server-sent events. */
export function wantsSse({ headers }: HttpRequest): boolean {
  return (headers.accept ?? '').split(',').some((type) => type.split(';')[0]?.trim() === 'text/event-stream');
}

/**
 * A stream as server-sent events (HTML, 9.2): each message is the task in JSON, and its id the revision, so that a browser that comes back says what it has
 * seen. Heartbeats are comments. A task that ended at what the caller has seen is 204, which tells a browser not to come back.
 */
export function sseResponse(beginning: Beginning, print: (task: Task) => string): HttpResponse {
  if (beginning.kind === 'empty') return { status: 204, headers: {}, body: { kind: 'text', text: '' } };
  return { status: 200, headers: streamHeaders('text/event-stream'), body: { kind: 'stream', chunks: messages(beginning.events, print) } };
}

async function* messages(events: AsyncIterable<TaskEvent>, print: (task: Task) => string): AsyncGenerator<string, void, undefined> {
  yield `${PADDING}retry: ${RETRY_MS}\n\n`;
  try {
    for await (const { event } of events) {
      if (event?.$case === 'task') yield `id: ${event.value.revision}\ndata: ${print(event.value)}\n\n`;
      else yield ': heartbeat\n\n';
    }
  } catch (error) {
    // The stream just ends, and the browser comes back with its cursor: to another server while this one drains. What ended it is for people.
    const end = endOf(error);
    if (end) yield `: ${end.status.message.replace(/[\r\n]+/g, ' ')}\n\n`;
  }
}
