import type { TaskEvent } from '../../../generated/cutroom/v1/task_service.js';
import type { Status } from '../../../generated/google/rpc/status.js';
import type { HttpResponse } from './http-types.js';

/** How a stream of events is written. */
export interface StreamFormat {
  readonly contentType: string;
  /** What is sent ahead of all events. */
  readonly opening: string;
  event(event: TaskEvent): string;
  /** What is sent last, when a stream that has begun ends in an error. */
  error(status: Status): string;
  /** The whole answer when a stream ends without an event. */
  empty(): HttpResponse;
  /** The whole answer when a stream ends in an error before its first event. */
  refusal(status: Status): HttpResponse;
}

/** Headers of an answer that comes as time goes by: neither kept nor held back on its way. `X-Accel-Buffering` is nginx's word for that. */
export function streamHeaders({ contentType }: StreamFormat): Record<string, string> {
  return { 'content-type': contentType, 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };
}
