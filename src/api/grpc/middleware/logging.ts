import { type CallContext, type ServerMiddleware, type ServerMiddlewareCall, Status } from 'nice-grpc';
import type { Logger } from '../../../observability/logger.js';
import { RpcError } from '../../rpc-error.js';
import { formatTaskName } from '../../../wire/task-name.js';
import { codeOf } from './call-code.js';

export interface LoggingOptions {
  readonly logger: Logger;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** The status that a call was ended with from outside while its method was parked, if it was. */
  readonly cutStatus?: (request: unknown) => Status | null;
}

/** Writes exactly one line per call: method, task, code, duration, peer; for a fault of the service also what it was. */
export function logging({ logger, monotonicMs, cutStatus }: LoggingOptions): ServerMiddleware {
  return async function* <Request, Response>(call: ServerMiddlewareCall<Request, Response>, context: CallContext) {
    const startMs = monotonicMs();
    const method = call.method.path.slice(call.method.path.lastIndexOf('/') + 1);
    let name = nameIn(call.requestStream ? null : call.request);
    // Neither an error nor an end was seen: the caller has gone while a stream was parked.
    let outcome: { code: Status; error: unknown } = { code: Status.CANCELLED, error: null };
    try {
      const answer = (yield* call.next(call.request, context)) as Response | undefined;
      name ??= nameIn(answer);
      outcome = { code: Status.OK, error: null };
      return answer;
    } catch (error) {
      outcome = { code: codeOf(error), error };
      throw error;
    } finally {
      const code = cutStatus?.(call.request) ?? outcome.code;
      const line = { method, task: name, code: Status[code], durationMs: round(monotonicMs() - startMs), peer: context.peer };
      if (isFault(code)) logger.error({ ...line, err: causeOf(outcome.error) }, 'call');
      else logger.info(line, 'call');
    }
  };
}

function causeOf(error: unknown): unknown {
  return error instanceof RpcError ? error.cause : error;
}

function isFault(code: Status): boolean {
  return code === Status.INTERNAL || code === Status.UNKNOWN || code === Status.DATA_LOSS;
}

/** The resource name in a request or an answer: both have it in a field `name`. */
function nameIn(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null || !('name' in message)) return undefined;
  return typeof message.name === 'string' && message.name.length <= formatTaskName('').length + 64 ? message.name : undefined;
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
