import type { CallContext } from 'nice-grpc';
import { CallError } from '../../task/call-error.js';
import { eitherSignal } from '../either-signal.js';
import { callerGone } from './caller-gone.js';

/** @throws CallError DRAINING once the server drains. */
export function refuseWhileDraining(drain: AbortSignal): void {
  if (drain.aborted) throw new CallError({ reason: 'DRAINING' });
}

/**
 * The messages of a stream, which a drain ends.
 * @param open starts the stream; it just ends when the signal of its context aborts.
 * @throws CallError DRAINING; what `callerGone` makes, once the caller has gone.
 */
export async function* untilDrained<Message>(
  open: (context: CallContext) => AsyncIterable<Message>,
  context: CallContext,
  drain: AbortSignal,
): AsyncGenerator<Message, void, undefined> {
  const either = eitherSignal(context.signal, drain);
  try {
    yield* open(withSignal(context, either.signal));
  } finally {
    either.release();
  }
  // Was it for the caller, for us, or had it come to its end? A watcher told wrongly that it was for us watches again and hears nothing new.
  if (context.signal.aborted) throw callerGone(null);
  refuseWhileDraining(drain);
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
