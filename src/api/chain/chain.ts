import { type CallContext, Status } from 'nice-grpc';
import { codeOf } from './call-code.js';
import type { CallEnd, CallObserver, ObservedCall } from './call-observer.js';
import { refuseWhileDraining, untilDrained } from './draining.js';
import { toRpcError } from './to-rpc-error.js';

export interface ChainOptions {
  /** Told of each call in this order. */
  readonly observers: readonly CallObserver[];
  readonly drain: AbortSignal;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** Whether the call of this request was ended for a reader that had stopped. */
  readonly wasCut: (request: unknown) => boolean;
}

/** One call of one method, whichever door it came in by. */
export interface Call {
  /** Full name of the method: `/package.Service/Method`. */
  readonly path: string;
  readonly request: unknown;
  readonly context: CallContext;
}

/**
 * What every call goes through, whichever door it came in by: it is refused while the server drains, its errors become what a caller may
 * see, and observers see it come and go. What it throws is an RpcError or a ServerError, unless the caller has gone.
 */
export interface Chain {
  unary<Response>(call: Call, method: (context: CallContext) => Promise<Response>): Promise<Response>;
  stream<Message>(
    call: Call,
    method: (context: CallContext) => AsyncIterable<Message>,
  ): AsyncGenerator<Message, void, undefined>;
}

export function createChain({ observers, drain, monotonicMs, wasCut }: ChainOptions): Chain {
  function began({ path, request, context }: Call, responseStream: boolean): ObservedCall {
    const call: ObservedCall = { path, responseStream, request, peer: context.peer, startMs: monotonicMs() };
    for (const observer of observers) observer.began(call);
    return call;
  }

  function sent(call: ObservedCall): void {
    for (const observer of observers) observer.sent(call);
  }

  function ended(call: ObservedCall, { code, error, answer }: Omit<CallEnd, 'durationMs'>): void {
    const end: CallEnd = {
      code: wasCut(call.request) ? Status.RESOURCE_EXHAUSTED : code,
      error,
      answer,
      durationMs: monotonicMs() - call.startMs,
    };
    for (const observer of observers) observer.ended(call, end);
  }

  return {
    async unary(call, method) {
      const observed = began(call, false);
      let answer;
      try {
        refuseWhileDraining(drain);
        answer = await method(call.context);
      } catch (cause) {
        const error = toRpcError(cause, call.context);
        ended(observed, { code: codeOf(error), error, answer: undefined });
        throw error;
      }
      sent(observed);
      ended(observed, { code: Status.OK, error: null, answer });
      return answer;
    },

    async *stream(call, method) {
      const observed = began(call, true);
      // Neither an error nor an end was seen: the caller has gone while a stream was parked.
      let code: Status = Status.CANCELLED;
      let error: unknown = null;
      try {
        refuseWhileDraining(drain);
        for await (const message of untilDrained(method, call.context, drain)) {
          yield message;
          // The next one is asked for, so this one was taken.
          sent(observed);
        }
        code = Status.OK;
      } catch (cause) {
        error = toRpcError(cause, call.context);
        code = codeOf(error);
        throw error;
      } finally {
        ended(observed, { code, error, answer: undefined });
      }
    },
  };
}
