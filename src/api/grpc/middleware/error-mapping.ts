import type { CallContext, ServerMiddlewareCall } from 'nice-grpc';
import { ServerError } from 'nice-grpc';
import { TaskError } from '../../../task/errors.js';
import { encodeStatusTrailer } from '../../../wire/status-details.js';
import { internalStatus, statusOf } from '../../../wire/status-mapping.js';
import { callerGone } from '../../caller-gone.js';
import { RpcError } from '../../rpc-error.js';

/**
 * Turns whatever a method throws into what a caller may see: a task error by the one table, anything else into INTERNAL without a
 * word of it. Details also go into the trailer `grpc-status-details-bin`, where gRPC clients look for them.
 */
export async function* errorMapping<Request, Response>(
  call: ServerMiddlewareCall<Request, Response>,
  context: CallContext,
): AsyncGenerator<Response, Response | undefined, undefined> {
  try {
    return (yield* call.next(call.request, context)) as Response | undefined;
  } catch (error) {
    throw mapped(error, context);
  }
}

function mapped(error: unknown, context: CallContext): unknown {
  if (error instanceof ServerError) return error;
  if (context.signal.aborted) {
    // Either its own deadline has passed, which a door told as the reason, or the caller has gone and nobody is left to tell.
    return context.signal.reason instanceof ServerError ? context.signal.reason : callerGone(error);
  }
  const rpcError = new RpcError(error instanceof TaskError ? statusOf(error) : internalStatus(), error);
  context.trailer.set('grpc-status-details-bin', encodeStatusTrailer(rpcError.status));
  return rpcError;
}
