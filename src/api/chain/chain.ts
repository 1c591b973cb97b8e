import { type CallContext, type ServerMiddleware, type ServerMiddlewareCall, Status } from 'nice-grpc';
import { codeOf } from './call-code.js';
import type { CallObserver, ObservedCall } from './call-observer.js';
import { refuseWhileDraining, untilDrained } from './draining.js';
import { toldError } from './told-error.js';

export interface ChainOptions {
  /** Told of each call in this order. */
  readonly observers: readonly CallObserver[];
  readonly drain: AbortSignal;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** Whether the call of this request was ended for a reader that had stopped. */
  readonly wasCut: (request: unknown) => boolean;
}

/**
 * What every call goes through, whichever door it came in by: it is refused while the server drains, its errors become what a caller may
 * see, and observers see it come and go. One middleware and not one for each of these: every async generator around a call costs as much
 * as reading a task does.
 */
export function createChain({ observers, drain, monotonicMs, wasCut }: ChainOptions): ServerMiddleware {
  return async function* <Request, Response>(call: ServerMiddlewareCall<Request, Response>, context: CallContext) {
    const startMs = monotonicMs();
    const observed: ObservedCall = { path: call.method.path, responseStream: call.responseStream, request: call.request, peer: context.peer };
    for (const observer of observers) observer.began(observed);
    // Neither an error nor an end was seen: the caller has gone while a stream was parked.
    let code: Status = Status.CANCELLED;
    let error: unknown = null;
    let answer: Response | undefined;
    try {
      refuseWhileDraining(drain);
      if (call.responseStream) {
        for await (const message of untilDrained((inner) => call.next(call.request, inner), context, drain)) {
          yield message;
          // The next one is asked for, so this one was taken.
          for (const observer of observers) observer.sent(observed);
        }
      } else {
        // Such a call yields nothing and returns its answer.
        answer = (await call.next(call.request, context).next()).value;
        for (const observer of observers) observer.sent(observed);
      }
      code = Status.OK;
      return answer;
    } catch (cause) {
      error = toldError(cause, context);
      code = codeOf(error);
      throw error;
    } finally {
      if (wasCut(call.request)) code = Status.RESOURCE_EXHAUSTED;
      const durationMs = monotonicMs() - startMs;
      for (const observer of observers) observer.ended(observed, { code, error, answer, durationMs });
    }
  };
}
