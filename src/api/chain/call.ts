import type { Metadata, Status } from 'nice-grpc';
import type { ClientCertificate, Session } from '../../task/authenticator.js';
import type { Access, Caller } from '../../task/caller.js';
import type { Trace } from '../../task/trace.js';

/** The transport's side of a call. A nice-grpc `CallContext` is one. */
export interface CallOrigin {
  /** `address:port` of the caller. */
  readonly peer: string;
  /** The request metadata; over HTTP it is made of headers. */
  readonly metadata: Metadata;
  /** The request's headers by lower-case name; absent over gRPC. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The host by which a gRPC call was called, with its port if it was named; absent over HTTP. */
  readonly authority?: string;
  /** The certificate of the caller's connection. May be read when it is first asked for. Default: none. */
  readonly certificate?: ClientCertificate | null;
  /** The metadata sent before the response. */
  readonly header: Metadata;
  /** The metadata sent after the response. */
  readonly trailer: Metadata;
  /** Aborted when the caller goes away. May be made when it is first asked for. */
  readonly signal: AbortSignal;
}

/** One call of one method, over whichever transport it came. */
export interface Call {
  /** Full name of the method: `/package.Service/Method`. */
  readonly path: string;
  /** The permission that it needs. */
  readonly access: Access;
  readonly request: unknown;
  readonly origin: CallOrigin;
  /** Whether it is answered while the server drains too: a read whose caller knows no other server. Default: false. */
  readonly whileDraining?: boolean;
}

/** The context of a method beside its request. Only the chain makes one, so no method runs without a caller. */
export interface MethodContext {
  readonly caller: Caller;
  /** Ends with the caller's credentials: a method that takes its time holds it. */
  readonly session: Session;
  /** The base of the URLs in the answer, without a final slash. May be made when it is first asked for. */
  readonly baseUrl: string;
  /** The ids that the caller gave the call. May be read when it is first asked for. */
  readonly trace: Trace;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
}

/** Sees calls come and go and changes nothing about them. Must not throw. */
export interface CallObserver {
  began(call: ObservedCall): void;
  /** The caller has taken a message. */
  sent(call: ObservedCall): void;
  /** Once, as the last. */
  ended(call: ObservedCall, end: CallEnd): void;
}

/** One call; the same object from its beginning to its end. */
export interface ObservedCall {
  /** Full name: `/package.Service/Method`. */
  readonly path: string;
  readonly responseStream: boolean;
  /** No method of the service takes a stream: there is one message. */
  readonly request: unknown;
  /** `address:port` of the caller. */
  readonly peer: string;
  /** The transport's side: its metadata has the ids of the caller's trace. */
  readonly origin: Pick<CallOrigin, 'metadata' | 'headers'>;
  /** By a clock that never goes back. */
  readonly startMs: number;
}

/** How a call ended. */
export interface CallEnd {
  readonly code: Status;
  /** The error as the caller sees it; null when there is none. */
  readonly error: unknown;
  /** Null: the call was refused before its caller was known, or needs none. */
  readonly caller: Caller | null;
  /** The answer of a unary call; undefined when there is none. */
  readonly answer: unknown;
  readonly durationMs: number;
}
