import {
  Metadata as GrpcMetadata,
  type ServerInterceptor,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  status as Code,
} from '@grpc/grpc-js';
import { type Metadata, ServerError, Status } from 'nice-grpc';
import type { Chain } from '../chain/chain.js';
import type { OpenStream, StreamSink } from '../chain/stream.js';
import type { Rpc, StreamRpc, TaskService, UnaryRpc } from '../service/task-service.js';
import { GrpcOrigin } from './grpc-origin.js';
import { readable } from './readable-request.js';

/** Interceptors that this one stands in for, since it answers calls itself. */
export interface OtherCalls {
  /** Of the streams of the service, within this one. */
  readonly streams: ServerInterceptor;
  /** Of the calls of other services. */
  readonly foreign: ServerInterceptor;
}

/**
 * Serves the RPCs of the service. An interceptor, not a handler of nice-grpc: that gives each call a Node stream, an abort signal, generators and copies of its
 * metadata, which ten thousand watchers of one task pay for three times over, and a poll with a fifth of its time.
 */
export function createServiceCalls(service: TaskService, chain: Chain, others: OtherCalls): ServerInterceptor {
  const rpcs = new Map(service.map((rpc) => [rpc.path, rpc]));
  return (method, call) => {
    const rpc = rpcs.get(method.path);
    switch (rpc?.kind) {
      case undefined:
        return others.foreign(method, call);
      case 'unary':
        return new UnaryCall(call, rpc, chain);
      case 'stream':
        return new StreamCall(others.streams(method, call), rpc, chain);
    }
  };
}

type Listener = Parameters<ServerInterceptingCall['start']>[0];

/** One call. grpc-js reads its request, and this answers it. */
abstract class ServiceCall<Of extends Rpc> extends ServerInterceptingCall {
  /** The call, without the detour by the methods of the base class. */
  readonly #call: ServerInterceptingCallInterface;
  #origin: GrpcOrigin | null = null;
  #isHeaderSent = false;
  #isOver = false;

  constructor(
    call: ServerInterceptingCallInterface,
    protected readonly rpc: Of,
    protected readonly chain: Chain,
  ) {
    super(call);
    this.#call = call;
  }

  protected abstract answer(request: object, origin: GrpcOrigin): void;

  /** The caller has gone, or the call has ended. */
  protected cancelled(): void {
    this.#origin?.abort();
  }

  override start(listener: Listener): void {
    let received = new GrpcMetadata();
    let request: object | null = null;
    this.#call.start({
      onReceiveMetadata: (metadata) => {
        received = metadata;
        listener.onReceiveMetadata(metadata);
      },
      onReceiveMessage: (message: unknown) => {
        if (typeof message === 'object') request = message;
        listener.onReceiveMessage(message);
      },
      onReceiveHalfClose: () => {
        // Its deadline may have passed before its caller had sent all: the caller was told, and nothing may be done for it now.
        if (this.#isOver) return;
        // Without a request, grpc-js answers.
        if (request === null) {
          listener.onReceiveHalfClose();
          return;
        }
        this.#origin = new GrpcOrigin(this.#call, received);
        this.answer(request, this.#origin);
      },
      // Comes at the end of every call, however it ended.
      onCancel: () => {
        this.#isOver = true;
        this.cancelled();
        listener.onCancel();
      },
    });
  }

  send(message: object): void {
    this.#sendHeader();
    this.#call.sendMessage(message, this.taken);
  }

  end(error: unknown): void {
    this.#sendHeader();
    const trailer = this.#origin?.sentTrailer;
    if (error === null && !trailer) this.#call.sendStatus(OK);
    else this.#call.sendStatus({ ...statusOf(error), metadata: trailer ? toGrpc(trailer) : null });
  }

  #sendHeader(): void {
    const header = this.#origin?.sentHeader;
    if (!header || this.#isHeaderSent) return;
    this.#isHeaderSent = true;
    this.#call.sendMetadata(toGrpc(header));
  }

  /** The caller has taken a message. */
  protected readonly taken = (): void => undefined;
}

class UnaryCall extends ServiceCall<UnaryRpc> {
  protected override answer(request: object, origin: GrpcOrigin): void {
    const { path, scope: access, call } = this.rpc;
    this.chain
      .unary({ path, access, request, origin }, (context) => call(readable(request), context))
      .then(this.#answered, this.#failed);
  }

  readonly #answered = (message: object): void => {
    this.send(message);
    this.end(null);
  };

  readonly #failed = (error: unknown): void => {
    this.end(error);
  };
}

class StreamCall extends ServiceCall<StreamRpc> implements StreamSink<object> {
  #stream: OpenStream | null = null;

  protected override answer(request: object, origin: GrpcOrigin): void {
    const { path, scope: access, call: open } = this.rpc;
    this.#stream = this.chain.stream(
      { path, access, request, origin },
      (context, sink) => open(readable(request), context)(sink),
      this,
    );
  }

  protected override cancelled(): void {
    super.cancelled();
    this.#stream?.cancel();
  }

  protected override readonly taken = (): void => {
    this.#stream?.taken();
  };
}

const OK = { code: Code.OK, details: 'OK', metadata: null };

function statusOf(error: unknown): { code: Code; details: string } {
  if (error === null) return OK;
  if (error instanceof ServerError) return { code: codeOf(error), details: error.details };
  // The caller has gone, and nobody reads this.
  return { code: Code.CANCELLED, details: 'the call was cancelled' };
}

function toGrpc(metadata: Metadata): GrpcMetadata {
  const sent = new GrpcMetadata();
  for (const [key, values] of metadata)
    for (const value of values) sent.add(key, typeof value === 'string' ? value : Buffer.from(value));
  return sent;
}

/** The two libraries have an enum each, of the same names. */
function codeOf(error: ServerError): Code {
  return Code[Status[error.code] as keyof typeof Code];
}
