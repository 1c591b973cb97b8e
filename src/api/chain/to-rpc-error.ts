import type { CallContext } from 'nice-grpc';
import { ServerError } from 'nice-grpc';
import { CallError } from '../../task/call-error.js';
import { encodeStatusTrailer } from '../../wire/status-details.js';
import { internalStatus, statusOf } from '../../wire/status-mapping.js';
import { RpcError } from '../rpc-error.js';
import { callerGone } from './caller-gone.js';

/**
 * Of whatever a method throws, what a caller may see: a task error by the one table, anything else as INTERNAL without a word of it.
 * Details also go into the trailer `grpc-status-details-bin`, where gRPC clients look for them.
 */
export function toRpcError(error: unknown, context: CallContext): unknown {
  if (error instanceof ServerError) return error;
  if (context.signal.aborted) {
    // Either its own deadline has passed, which a door told as the reason, or the caller has gone and nobody is left to tell.
    return context.signal.reason instanceof ServerError ? context.signal.reason : callerGone(error);
  }
  const rpcError = new RpcError(error instanceof CallError ? statusOf(error) : internalStatus(), error);
  context.trailer.set('grpc-status-details-bin', encodeStatusTrailer(rpcError.status));
  return rpcError;
}
