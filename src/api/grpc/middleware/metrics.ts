import { type CallContext, type MethodDescriptor, type ServerMiddleware, type ServerMiddlewareCall, Status } from 'nice-grpc';
import type { CallKind, CallMetrics } from '../../../observability/metrics-calls.js';
import { codeOf } from './call-code.js';

export interface CallCountingOptions {
  readonly calls: CallMetrics;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** The status that a call was ended with from outside while its method was parked, if it was. */
  readonly cutStatus: (request: unknown) => Status | null;
}

/** Go's names of the codes: dashboards and alerts for gRPC servers ask for these. */
const CODE_NAMES: Readonly<Record<Status, string>> = {
  [Status.OK]: 'OK',
  [Status.CANCELLED]: 'Canceled',
  [Status.UNKNOWN]: 'Unknown',
  [Status.INVALID_ARGUMENT]: 'InvalidArgument',
  [Status.DEADLINE_EXCEEDED]: 'DeadlineExceeded',
  [Status.NOT_FOUND]: 'NotFound',
  [Status.ALREADY_EXISTS]: 'AlreadyExists',
  [Status.PERMISSION_DENIED]: 'PermissionDenied',
  [Status.RESOURCE_EXHAUSTED]: 'ResourceExhausted',
  [Status.FAILED_PRECONDITION]: 'FailedPrecondition',
  [Status.ABORTED]: 'Aborted',
  [Status.OUT_OF_RANGE]: 'OutOfRange',
  [Status.UNIMPLEMENTED]: 'Unimplemented',
  [Status.INTERNAL]: 'Internal',
  [Status.UNAVAILABLE]: 'Unavailable',
  [Status.DATA_LOSS]: 'DataLoss',
  [Status.UNAUTHENTICATED]: 'Unauthenticated',
};

/** Counts each call, its messages and its time. Outermost, where the code is final. */
export function callCounting({ calls, monotonicMs, cutStatus }: CallCountingOptions): ServerMiddleware {
  return async function* <Request, Response>(call: ServerMiddlewareCall<Request, Response>, context: CallContext) {
    const startMs = monotonicMs();
    const open = calls.begin(kindOf(call.method));
    // No method of ours takes a stream, of which each message would count.
    if (!call.requestStream) open.received();
    // Neither an error nor an end was seen: the caller has gone while a stream was parked.
    let code: Status = Status.CANCELLED;
    try {
      if (call.responseStream) {
        for await (const message of call.next(call.request, context)) {
          yield message;
          // The next one is asked for, so this one was taken.
          open.sent();
        }
        code = Status.OK;
        return undefined;
      }
      const answer = yield* call.next(call.request, context);
      open.sent();
      code = Status.OK;
      return answer;
    } catch (error) {
      code = codeOf(error);
      throw error;
    } finally {
      open.ended(CODE_NAMES[cutStatus(call.request) ?? code], (monotonicMs() - startMs) / 1000);
    }
  };
}

function kindOf({ path, requestStream, responseStream }: MethodDescriptor): CallKind {
  const slash = path.lastIndexOf('/');
  const ofRequests = responseStream ? 'bidi_stream' : 'client_stream';
  const ofOne = responseStream ? 'server_stream' : 'unary';
  return { type: requestStream ? ofRequests : ofOne, service: path.slice(1, slash), method: path.slice(slash + 1) };
}
