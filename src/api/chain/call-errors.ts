import { ServerError, Status } from 'nice-grpc';
import { CallError } from '../../task/call-error.js';
import { encodeStatusTrailer } from '../../wire/status-details.js';
import { internalStatus, statusOf } from '../../wire/status-mapping.js';
import { RpcError } from '../rpc-error.js';
import type { CallOrigin } from './call.js';

/** The error of a call whose caller has gone: nice-grpc knows it by its name and ends the call as CANCELLED. */
export function callerGone(cause: unknown): Error {
  return Object.assign(new Error('the caller has gone', { cause }), { name: 'AbortError' });
}

/**
 * Turns any error of a method into the error that a caller may see: a CallError by the one table, anything else into INTERNAL without a word
 * of it. Details also go into the trailer `grpc-status-details-bin`, where gRPC clients look for them.
 */
export function toRpcError(error: unknown, origin: CallOrigin): unknown {
  if (error instanceof ServerError) return error;
  if (origin.signal.aborted) {
    // Either the caller's own deadline has passed, which the transport gave as the reason, or the caller has gone and nobody is left to answer.
    return origin.signal.reason instanceof ServerError ? origin.signal.reason : callerGone(error);
  }
  const rpcError = new RpcError(error instanceof CallError ? statusOf(error) : internalStatus(), error);
  origin.trailer.set('grpc-status-details-bin', encodeStatusTrailer(rpcError.status));
  return rpcError;
}

/** The status of a call that failed with this error, as the caller sees it. */
export function codeOf(error: unknown): Status {
  if (error instanceof ServerError) return error.code;
  return error instanceof Error && error.name === 'AbortError' ? Status.CANCELLED : Status.UNKNOWN;
}
