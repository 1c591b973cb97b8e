import { Status as Code } from 'nice-grpc';
import type { Task } from '../../../../generated/cutroom/v1/task.js';
import type { Heartbeat, Preview, TaskEvent } from '../../../../generated/cutroom/v1/task_service.js';
import type { Status } from '../../../../generated/google/rpc/status.js';
import { statusToJson } from '../../../wire/status-details.js';
import { oncePerObject } from '../../once-per-object.js';
import { statusResponse } from '../http-error.js';
import type { HttpRequest, HttpResponse } from '../http-types.js';

/** How a stream of messages is written. */
export interface StreamFormat<Message extends object> {
  readonly contentType: string;
  /** Sent ahead of all messages. */
  readonly opening: string;
  event(message: Message): string;
  /** Sent last, when a stream that has begun ends in an error. */
  error(status: Status): string;
  /** The whole answer when a stream ends without a message. */
  empty(): HttpResponse;
  /** The whole answer when a stream ends in an error before its first message. */
  refusal(status: Status): HttpResponse;
}

/** Prints the parts of events as JSON. */
export interface EventPrinter {
  readonly task: (task: Task) => string;
  readonly heartbeat: (heartbeat: Heartbeat) => string;
  readonly preview: (preview: Preview) => string;
}

/** Headers of an answer that comes over time: neither stored nor held back on its way. `X-Accel-Buffering` is nginx's name for that. */
export function streamHeaders({ contentType }: { readonly contentType: string }): Record<string, string> {
  return { 'content-type': contentType, 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };
}

/** A stream as grpc-gateway sends it: one JSON object per line, `{"result": message}`, and `{"error": status}` as the last where it ends in one. */
export function createNdjson(print: EventPrinter): StreamFormat<TaskEvent> {
  const format: StreamFormat<TaskEvent> = {
    contentType: 'application/json',
    opening: '',
    event: oncePerObject(({ event }) => {
      switch (event?.$case) {
        case 'task':
          return `{"result":{"task":${print.task(event.value)}}}\n`;
        case 'heartbeat':
          return `{"result":{"heartbeat":${print.heartbeat(event.value)}}}\n`;
        case 'preview':
          return `{"result":{"preview":${print.preview(event.value)}}}\n`;
        case undefined:
          return '';
      }
    }),
    error: (status) => `${JSON.stringify({ error: statusToJson(status) })}\n`,
    empty: () => ({ status: 200, headers: streamHeaders(format), body: { kind: 'text', text: '' } }),
    refusal: (status) => ({ ...statusResponse(status), body: { kind: 'text', text: format.error(status) } }),
  };
  return format;
}

/** How long a browser waits before it reconnects. */
const RETRY_MS = 2_000;
/** Some proxies hold back the first kilobytes: a comment of that length gets the rest through. */
const PADDING = `:${' '.repeat(4_096)}\n`;
const OPENING = `${PADDING}retry: ${RETRY_MS}\n\n`;

/** Whether the caller wants server-sent events. */
export function wantsSse({ headers }: HttpRequest): boolean {
  return (headers.accept ?? '').split(',').some((type) => type.split(';')[0]?.trim() === 'text/event-stream');
}

/**
 * A stream as server-sent events (HTML, 9.2): each message is the task in JSON, and its id the revision, so that a browser that reconnects names the
 * last one it has seen. A heartbeat is a comment, or, while the task is queued, an event `heartbeat` with the place of the task. A preview is
 * an event `preview`. A task that ended at the revision the caller has seen is 204, which tells a browser not to reconnect.
 */
export function createSse(print: EventPrinter): StreamFormat<TaskEvent> {
  const format: StreamFormat<TaskEvent> = {
    contentType: 'text/event-stream',
    opening: OPENING,
    event: oncePerObject(({ event }) => {
      switch (event?.$case) {
        case 'task':
          return `id: ${event.value.revision}\ndata: ${print.task(event.value)}\n\n`;
        case 'heartbeat':
          return event.value.queuePlace
            ? `event: heartbeat\ndata: ${print.heartbeat(event.value)}\n\n`
            : ': heartbeat\n\n';
        case 'preview':
          return `event: preview\ndata: ${print.preview(event.value)}\n\n`;
        case undefined:
          return '';
      }
    }),
    // The stream just ends, and the browser reconnects with its cursor: to another server while this one drains. The comment is for people.
    error: ({ message }) => `: ${message.replace(/[\r\n]+/g, ' ')}\n\n`,
    empty: () => ({ status: 204, headers: {}, body: { kind: 'text', text: '' } }),
    refusal: (status) => {
      if (status.code !== Code.UNAVAILABLE.valueOf()) return statusResponse(status);
      // By any status but 200 a browser's EventSource closes for good, where it should reconnect.
      return {
        status: 200,
        headers: streamHeaders(format),
        body: { kind: 'text', text: OPENING + format.error(status) },
      };
    },
  };
  return format;
}
