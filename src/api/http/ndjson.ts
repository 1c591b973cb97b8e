import type { Task } from '../../../generated/cutroom/v1/task.js';
import type { TaskEvent } from '../../../generated/cutroom/v1/task_service.js';
import { statusToJson } from '../../wire/status-details.js';
import type { HttpResponse } from './http-types.js';
import { streamHeaders } from './stream-headers.js';
import { type Beginning, endOf } from './watch-stream.js';

/** A stream as grpc-gateway sends it: one JSON object per line, `{"result": message}`, and `{"error": status}` as the last where it ends in one. */
export function ndjsonResponse(beginning: Beginning, print: (task: Task) => string): HttpResponse {
  const headers = streamHeaders('application/json');
  if (beginning.kind === 'empty') return { status: 200, headers, body: { kind: 'text', text: '' } };
  return { status: 200, headers, body: { kind: 'stream', chunks: lines(beginning.events, print) } };
}

async function* lines(events: AsyncIterable<TaskEvent>, print: (task: Task) => string): AsyncGenerator<string, void, undefined> {
  try {
    for await (const { event } of events) {
      yield event?.$case === 'task' ? `{"result":{"task":${print(event.value)}}}\n` : '{"result":{"heartbeat":{}}}\n';
    }
  } catch (error) {
    const end = endOf(error);
    if (end) yield `${JSON.stringify({ error: statusToJson(end.status) })}\n`;
  }
}
