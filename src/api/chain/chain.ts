import { Status } from 'nice-grpc';
import { linkSignals } from '../../task/abort.js';
import { CallError } from '../../task/call-error.js';
import type { Caller } from '../../task/caller.js';
import type { Trace } from '../../task/trace.js';
import type { BaseUrlOf } from '../base-url.js';
import type { Authenticate } from './authenticate.js';
import type { Call, CallEnd, CallObserver, CallOrigin, MethodContext, ObservedCall } from './call.js';
import { traceOf } from './trace-of.js';
import { callerGone, codeOf, toRpcError } from './call-errors.js';

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
 * authenticated, its errors become errors that a caller may see, and observers see it come and go. It throws an RpcError or a ServerError,
 * unless the caller has gone.
 */
export interface Chain {
  unary<Response>(call: Call, method: (context: MethodContext) => Promise<Response>): Promise<Response>;
  stream<Message>(
    call: Call,
    method: (context: MethodContext) => AsyncIterable<Message>,
  ): AsyncGenerator<Message, void, undefined>;
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
        if (call.whileDraining !== true) refuseWhileDraining(drain);
        const found = authenticate(call);
        answer = await method(new OriginContext(found instanceof Promise ? await found : found, call.origin, baseUrl));
      } catch (cause) {
        const error = toRpcError(cause, call.origin);
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
        const caller = await authenticate(call);
        const base = baseUrl(call.origin);
        for await (const message of untilDrained(
          (signal) => method({ caller, signal, baseUrl: base, trace: traceOf(call.origin) }),
          call.origin,
          drain,
        )) {
          yield message;
          // The next one is asked for, so this one was taken.
          sent(observed);
        }
        code = Status.OK;
      } catch (cause) {
        error = toRpcError(cause, call.origin);
        code = codeOf(error);
        throw error;
      } finally {
        ended(observed, { code, error, answer: undefined });
      }
    },
  };
}

/** A class, so that neither signal, URL nor trace is made before a method asks for it: most unary methods never do. */
class OriginContext implements MethodContext {
  readonly caller: Caller;
  readonly #origin: CallOrigin;
  readonly #baseUrl: BaseUrlOf;

  constructor(caller: Caller, origin: CallOrigin, baseUrl: BaseUrlOf) {
    this.caller = caller;
    this.#origin = origin;
    this.#baseUrl = baseUrl;
  }

  get baseUrl(): string {
    return this.#baseUrl(this.#origin);
  }

  get trace(): Trace {
    return traceOf(this.#origin);
  }

  get signal(): AbortSignal {
    return this.#origin.signal;
  }
}

/** @throws CallError DRAINING once the server drains. */
function refuseWhileDraining(drain: AbortSignal): void {
  if (drain.aborted) throw new CallError({ reason: 'DRAINING' });
}

/**
 * The messages of a stream, which a drain ends.
 * @param open starts the stream; it just ends when the signal aborts.
 * @throws CallError DRAINING; the error of `callerGone` once the caller has gone.
 */
async function* untilDrained<Message>(
  open: (signal: AbortSignal) => AsyncIterable<Message>,
  origin: CallOrigin,
  drain: AbortSignal,
): AsyncGenerator<Message, void, undefined> {
  const either = linkSignals([origin.signal, drain]);
  try {
    yield* open(either.signal);
  } finally {
    either.release();
  }
  // A watcher that is wrongly sent away by DRAINING watches again and hears nothing new: who ended the stream is looked up here.
  if (origin.signal.aborted) throw callerGone(null);
  refuseWhileDraining(drain);
}
