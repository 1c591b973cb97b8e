import { Status as Code } from 'nice-grpc';
import type { Task } from '../../../generated/cutroom/v1/task.js';
import { oncePerObject } from '../once-per-object.js';
import { statusResponse } from './http-error.js';
import type { HttpRequest } from './http-types.js';
import { type StreamFormat, streamHeaders } from './stream-format.js';

/** How long a browser waits before it comes back. */
const RETRY_MS = 2_000;
/** Some proxies hold back the first kilobytes: a comment of that length gets through what follows. */
const PADDING = `:${' '.repeat(4_096)}\n`;
const OPENING = `${PADDING}retry: ${RETRY_MS}\n\n`;

/** Whether the caller wants server-sent events. */
export function wantsSse({ headers }: HttpRequest): boolean {
  return (headers.accept ?? '').split(',').some((type) => type.split(';')[0]?.trim() === 'text/event-stream');
}

/**
 * A stream as server-sent events (HTML, 9.2): each message is the task in JSON, and its id the revision, so that a browser that comes back says what it has
 * seen. Heartbeats are comments. A task that ended at what the caller has seen is 204, which tells a browser not to come back.
 */
export function createSse(print: (task: Task) => string): StreamFormat {
  const format: StreamFormat = {
    contentType: 'text/event-stream',
    opening: OPENING,
    event: oncePerObject(({ event }) =>
      event?.$case === 'task' ? `id: ${event.value.revision}\ndata: ${print(event.value)}\n\n` : ': heartbeat\n\n',
    ),
    // The stream just ends, and the browser comes back with its cursor: to another server while this one drains. What ended it is for people.
    error: ({ message }) => `: ${message.replace(/[\r\n]+/g, ' ')}\n\n`,
    empty: () => ({ status: 204, headers: {}, body: { kind: 'text', text: '' } }),
    refusal: (status) => {
      if (status.code !== Code.UNAVAILABLE.valueOf()) return statusResponse(status);
      // By any status but 200 a browser's EventSource closes for good, where it should come back.
      return {
        status: 200,
        headers: streamHeaders(format),
        body: { kind: 'text', text: OPENING + format.error(status) },
      };
    },
  };
  return format;
}
