import { Status } from 'nice-grpc';
import { ANYONES_SESSION, requireAccess, type Session } from '../../task/authenticator.js';
import { CallError } from '../../task/call-error.js';
import type { Caller } from '../../task/caller.js';
import type { BaseUrlOf } from '../base-url.js';
import type { Authenticate } from './authenticate.js';
import type { Call, CallEnd, MethodContext, ObservedCall } from './call.js';
import { callerGone, codeOf, toRpcError } from './call-errors.js';
import { OriginContext } from './origin-context.js';
import { refuseWhileDraining } from './refuse-while-draining.js';
import type { OpenStream, StreamSink } from './stream.js';

/** Opens the stream of a method. It does not use the signal of its context: `cancel` says more. @throws CallError. */
export type StreamMethod<Message> = (context: MethodContext, sink: StreamSink<Message>) => OpenStream;

/** What the streams of a chain share. */
export interface StreamLinks {
  readonly authenticate: Authenticate;
  readonly drain: AbortSignal;
  /** Those that are open: a drain cancels their methods. */
  readonly open: Set<{ drain(): void }>;
  readonly baseUrl: BaseUrlOf;
  readonly sent: (call: ObservedCall) => void;
  readonly ended: (call: ObservedCall, end: Omit<CallEnd, 'durationMs'>) => void;
}

/** One stream in the chain. A class, since thousands may be open. */
export class ChainedStream<Message> implements OpenStream, StreamSink<Message> {
  readonly #observed: ObservedCall;
  readonly #call: Call;
  readonly #sink: StreamSink<Message>;
  readonly #links: StreamLinks;
  #inner: OpenStream | null = null;
  #untaken = 0;
  /** How the method has ended, while messages are still to be taken. */
  #methodEnd: { readonly error: unknown } | null = null;
  #isOver = false;
  #caller: Caller | null = null;
  #release: (() => void) | null = null;

  constructor(
    observed: ObservedCall,
    call: Call,
    method: StreamMethod<Message>,
    sink: StreamSink<Message>,
    links: StreamLinks,
  ) {
    this.#observed = observed;
    this.#call = call;
    this.#sink = sink;
    this.#links = links;
    links.open.add(this);
    // Not at once, so that nothing is sent before the caller has this object.
    queueMicrotask(() => {
      this.#open(method);
    });
  }

  send(message: Message): void {
    if (this.#isOver) return;
    this.#untaken += 1;
    this.#sink.send(message);
  }

  end(error: unknown): void {
    this.#methodEnd ??= { error };
    if (this.#untaken === 0) this.#finish(this.#methodEnd.error);
  }

  taken(): void {
    if (this.#isOver || this.#untaken === 0) return;
    this.#untaken -= 1;
    this.#links.sent(this.#observed);
    if (!this.#methodEnd) this.#inner?.taken();
    else if (this.#untaken === 0) this.#finish(this.#methodEnd.error);
  }

  /** The caller has gone, or its deadline has passed. */
  cancel(): void {
    if (this.#isOver) return;
    const { origin } = this.#call;
    // A signal that has aborted may tell of a deadline.
    this.#close(origin.signal.aborted ? toRpcError(null, origin) : callerGone(null));
    this.#inner?.cancel();
  }

  /** The method is to end soon; then the caller hears why. */
  drain(): void {
    this.#inner?.cancel();
  }

  #open(method: StreamMethod<Message>): void {
    try {
      if (this.#isOver) return;
      refuseWhileDraining(this.#links.drain);
      const found = this.#call.access === 'open' ? ANYONES_SESSION : this.#links.authenticate(this.#call);
      if (found instanceof Promise)
        found.then(
          (session) => {
            this.#begin(method, session);
          },
          (error: unknown) => {
            this.end(error);
          },
        );
      else this.#begin(method, found);
    } catch (error) {
      this.end(error);
    }
  }

  #begin(method: StreamMethod<Message>, session: Session): void {
    if (this.#isOver) return;
    try {
      if (this.#call.access !== 'open') {
        this.#caller = session.caller;
        requireAccess(session.caller, this.#call.access);
        this.#release = session.hold(this.#credentialsOver);
      }
      this.#inner = method(new OriginContext(session, this.#call.origin, this.#links.baseUrl), this);
      if (this.#links.drain.aborted) this.#inner.cancel();
    } catch (error) {
      this.end(error);
    }
  }

  readonly #credentialsOver = (): void => {
    if (this.#isOver) return;
    this.#close(toRpcError(new CallError({ reason: 'UNAUTHENTICATED' }), this.#call.origin));
    this.#inner?.cancel();
  };

  #finish(cause: unknown): void {
    if (!this.#isOver) this.#close(this.#errorOf(cause));
  }

  /** @param error as the caller sees it. */
  #close(error: unknown): void {
    this.#isOver = true;
    this.#links.open.delete(this);
    this.#release?.();
    this.#links.ended(this.#observed, {
      code: error === null ? Status.OK : codeOf(error),
      error,
      caller: this.#caller,
      answer: undefined,
    });
    this.#sink.end(error);
  }

  #errorOf(cause: unknown): unknown {
    if (cause !== null) return toRpcError(cause, this.#call.origin);
    // A watcher that is wrongly sent away by DRAINING watches again and hears nothing new: who ended the stream is looked up here.
    try {
      refuseWhileDraining(this.#links.drain);
      return null;
    } catch (draining) {
      return toRpcError(draining, this.#call.origin);
    }
  }
}
