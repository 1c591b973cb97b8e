import { Status } from 'nice-grpc';
import { onAbort } from '../../task/abort.js';
import { ANYONES_SESSION, requireAccess } from '../../task/authenticator.js';
import type { Caller } from '../../task/caller.js';
import type { BaseUrlOf } from '../base-url.js';
import type { Authenticate } from './authenticate.js';
import type { Call, CallEnd, CallObserver, MethodContext, ObservedCall } from './call.js';
import { codeOf, toRpcError } from './call-errors.js';
import { ChainedStream, type StreamLinks, type StreamMethod } from './chained-stream.js';
import { OriginContext } from './origin-context.js';
import { refuseWhileDraining } from './refuse-while-draining.js';
import type { OpenStream, StreamSink } from './stream.js';

export interface ChainOptions {
  readonly authenticate: Authenticate;
  /** Each call is shown to them in this order. */
  readonly observers: readonly CallObserver[];
  readonly drain: AbortSignal;
  readonly baseUrl: BaseUrlOf;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** Whether the call of this request was ended because its reader had stopped. */
  readonly wasCut: (request: unknown) => boolean;
}

/**
 * The links that every call passes, over whichever transport it came: it is refused while the server drains, its caller is
 * authenticated and must have the permission that the call needs, its errors become errors that a caller may see, and observers see it come and go. It throws an RpcError or a ServerError,
 * unless the caller has gone.
 */
export interface Chain {
  unary<Response>(call: Call, method: (context: MethodContext) => Promise<Response>): Promise<Response>;
  /** `sink` gets `send` as the method calls it, and `end` once every message was taken, or the caller has gone. */
  stream<Message>(call: Call, method: StreamMethod<Message>, sink: StreamSink<Message>): OpenStream;
}

export function createChain({ authenticate, observers, drain, baseUrl, monotonicMs, wasCut }: ChainOptions): Chain {
  function began({ path, request, origin }: Call, responseStream: boolean): ObservedCall {
    const call: ObservedCall = { path, responseStream, request, origin, peer: origin.peer, startMs: monotonicMs() };
    for (const observer of observers) observer.began(call);
    return call;
  }

  function sent(call: ObservedCall): void {
    for (const observer of observers) observer.sent(call);
  }

  function ended(call: ObservedCall, { code, error, caller, answer }: Omit<CallEnd, 'durationMs'>): void {
    const end: CallEnd = {
      code: wasCut(call.request) ? Status.RESOURCE_EXHAUSTED : code,
      error,
      caller,
      answer,
      durationMs: monotonicMs() - call.startMs,
    };
    for (const observer of observers) observer.ended(call, end);
  }

  const open: StreamLinks['open'] = new Set();
  onAbort(drain, () => {
    for (const stream of open) stream.drain();
  });
  const links: StreamLinks = { authenticate, drain, baseUrl, open, sent, ended };
  return {
    async unary(call, method) {
      const observed = began(call, false);
      let answer;
      let caller: Caller | null = null;
      try {
        if (call.whileDraining !== true) refuseWhileDraining(drain);
        let session = ANYONES_SESSION;
        if (call.access !== 'open') {
          const found = authenticate(call);
          session = found instanceof Promise ? await found : found;
          caller = session.caller;
          requireAccess(caller, call.access);
        }
        answer = await method(new OriginContext(session, call.origin, baseUrl));
      } catch (cause) {
        const error = toRpcError(cause, call.origin);
        ended(observed, { code: codeOf(error), error, caller, answer: undefined });
        throw error;
      }
      sent(observed);
      ended(observed, { code: Status.OK, error: null, caller, answer });
      return answer;
    },

    stream: (call, method, sink) => new ChainedStream(began(call, true), call, method, sink, links),
  };
}
