import type { CallContext, ServerMiddleware, ServerMiddlewareCall } from 'nice-grpc';
import { callerGone } from '../../caller-gone.js';
import { TaskError } from '../../../task/errors.js';

/** Once draining, refuses calls and ends open streams, both with UNAVAILABLE and a RetryInfo. Calls under way may finish. */
export function draining(drain: AbortSignal): ServerMiddleware {
  function refuseWhenDraining(): void {
    if (drain.aborted) throw new TaskError({ reason: 'DRAINING' });
  }

  return async function* <Request, Response>(call: ServerMiddlewareCall<Request, Response>, context: CallContext) {
    refuseWhenDraining();
    if (!call.responseStream) return yield* call.next(call.request, context);

    const either = new AbortController();
    const abort = () => {
      either.abort();
    };
    context.signal.addEventListener('abort', abort);
    drain.addEventListener('abort', abort);
    try {
      if (context.signal.aborted) abort();
      yield* call.next(call.request, withSignal(context, either.signal));
    } finally {
      context.signal.removeEventListener('abort', abort);
      drain.removeEventListener('abort', abort);
    }
    // A stream whose signal aborts just ends. Was it for the caller, for us, or had it come to its end? A watcher told wrongly that it
    // was for us watches again and hears nothing new.
    if (context.signal.aborted) throw callerGone(null);
    refuseWhenDraining();
    return undefined;
  };
}

/** Not by spreading: a context may be an object with getters, which that would lose. */
function withSignal(context: CallContext, signal: AbortSignal): CallContext {
  const { metadata, peer, header, trailer } = context;
  return {
    metadata,
    peer,
    header,
    trailer,
    signal,
    sendHeader: () => {
      context.sendHeader();
    },
  };
}
