import type { Task } from '../../../generated/cutroom/v1/task.js';
import { statusToJson } from '../../wire/status-details.js';
import { oncePerObject } from '../once-per-object.js';
import { statusResponse } from './http-error.js';
import { type StreamFormat, streamHeaders } from './stream-format.js';

/** A stream as grpc-gateway sends it: one JSON object per line, `{"result": message}`, and `{"error": status}` as the last where it ends in one. */
export function createNdjson(print: (task: Task) => string): StreamFormat {
  const format: StreamFormat = {
    contentType: 'application/json',
    opening: '',
    event: oncePerObject(({ event }) =>
      event?.$case === 'task' ? `{"result":{"task":${print(event.value)}}}\n` : '{"result":{"heartbeat":{}}}\n',
    ),
    error: (status) => `${JSON.stringify({ error: statusToJson(status) })}\n`,
    empty: () => ({ status: 200, headers: streamHeaders(format), body: { kind: 'text', text: '' } }),
    refusal: (status) => ({ ...statusResponse(status), body: { kind: 'text', text: format.error(status) } }),
  };
  return format;
}
