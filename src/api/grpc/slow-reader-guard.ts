import { type Http2Stream, constants } from 'node:http2';
import {
  Metadata,
  type ServerInterceptor,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  status as Code,
} from '@grpc/grpc-js';
import { CallError } from '../../task/call-error.js';
import { encodeStatusTrailer } from '../../wire/status-details.js';
import { statusOf } from '../../wire/status-mapping.js';

/** Ends streams whose reader has stopped, so that each costs a bounded slot for a bounded time. */
export interface SlowReaderGuard {
  readonly interceptor: ServerInterceptor;
  /** Records that the HTTP server ended the call of this request for its reader. */
  markSlowReader(request: object): void;
  /** Whether the call of this request was ended for its reader. Its method never learns it, since it is parked meanwhile. */
  wasCut(request: unknown): boolean;
}

export interface SlowReaderLimits {
  /** A message that is not taken for this long ends the stream with RESOURCE_EXHAUSTED. */
  readonly stallMs: number;
  /** A reader that does not take that status either is reset after this long; its client sees RESOURCE_EXHAUSTED too. */
  readonly resetMs: number;
}

/** An interceptor, not a middleware: nice-grpc parks a method at its `yield` while the reader stalls, and nothing in the chain can end the call. */
export function createSlowReaderGuard(limits: SlowReaderLimits): SlowReaderGuard {
  // The request object is the one thing that both an interceptor and the chain see of a call.
  const cut = new WeakSet<object>();
  return {
    interceptor: (method, call) =>
      method.responseStream ? new GuardedCall(call, limits, cut) : new ServerInterceptingCall(call),
    markSlowReader: (request) => {
      cut.add(request);
    },
    wasCut: (request) => typeof request === 'object' && request !== null && cut.has(request),
  };
}

type Listener = Parameters<ServerInterceptingCall['start']>[0];

/** A streaming call, and the clock of the one message that is on its way: grpc-js hands over the next one only then. */
class GuardedCall extends ServerInterceptingCall {
  readonly #call: ServerInterceptingCallInterface;
  readonly #limits: SlowReaderLimits;
  readonly #cutRequests: WeakSet<object>;
  #request: object | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isCut = false;

  constructor(call: ServerInterceptingCallInterface, limits: SlowReaderLimits, cutRequests: WeakSet<object>) {
    super(call);
    this.#call = call;
    this.#limits = limits;
    this.#cutRequests = cutRequests;
  }

  override start(listener: Listener): void {
    super.start({
      onReceiveMetadata: (metadata) => {
        listener.onReceiveMetadata(metadata);
      },
      onReceiveMessage: (message: unknown) => {
        if (typeof message === 'object') this.#request = message;
        listener.onReceiveMessage(message);
      },
      onReceiveHalfClose: () => {
        listener.onReceiveHalfClose();
      },
      // Comes at the end of every call, however it ended.
      onCancel: () => {
        this.#stopClock();
        listener.onCancel();
      },
    });
  }

  override sendMessage(message: unknown, callback: () => void): void {
    // The status is sent: any message of the method comes after the end.
    if (this.#isCut) return;
    this.#startClock(this.#limits.stallMs, () => {
      this.#cut();
    });
    super.sendMessage(message, () => {
      if (!this.#isCut) this.#stopClock();
      callback();
    });
  }

  #startClock(ms: number, action: () => void): void {
    this.#stopClock();
    this.#timer = setTimeout(action, ms);
  }

  #stopClock(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #cut(): void {
    this.#isCut = true;
    if (this.#request) this.#cutRequests.add(this.#request);
    const status = statusOf(new CallError({ reason: 'WATCHER_TOO_SLOW' }));
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from(encodeStatusTrailer(status)));
    super.sendStatus({ code: Code.RESOURCE_EXHAUSTED, details: status.message, metadata });
    // The status waits behind the messages that the reader does not take.
    this.#startClock(this.#limits.resetMs, () => streamOf(this.#call)?.close(constants.NGHTTP2_ENHANCE_YOUR_CALM));
  }
}

/** The call's HTTP/2 stream, which grpc-js keeps to itself. Null, should it ever be kept elsewhere: then a cut waits for the connection to end. */
function streamOf(call: object): Http2Stream | null {
  const stream: unknown = 'stream' in call ? call.stream : null;
  return typeof stream === 'object' && stream !== null && 'close' in stream ? (stream as Http2Stream) : null;
}
