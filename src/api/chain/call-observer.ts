import type { Status } from 'nice-grpc';

/** Sees calls come and go, whichever door they came in by, and changes nothing about them. Must not throw. */
export interface CallObserver {
  began(call: ObservedCall): void;
  /** A message has been taken by the caller. */
  sent(call: ObservedCall): void;
  /** Once, as the last. */
  ended(call: ObservedCall, end: CallEnd): void;
}

/** One call; the same object from its beginning to its end. */
export interface ObservedCall {
  /** Full name: `/package.Service/Method`. */
  readonly path: string;
  readonly responseStream: boolean;
  /** No method of ours takes a stream: there is one message. */
  readonly request: unknown;
  /** `address:port` of the caller. */
  readonly peer: string;
  /** By a clock that never goes back. */
  readonly startMs: number;
}

/** How a call ended. */
export interface CallEnd {
  readonly code: Status;
  /** What it failed with, as the caller is told. Null: with nothing. */
  readonly error: unknown;
  /** The answer of a call that is no stream; undefined when there is none. */
  readonly answer: unknown;
  readonly durationMs: number;
}
