import {
  Metadata as GrpcMetadata,
  type ServerInterceptor,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  status as Code,
} from '@grpc/grpc-js';
import { Metadata, ServerError, Status } from 'nice-grpc';
import { AUTHORITY_KEY } from '../base-url.js';
import type { CallOrigin } from '../chain/call.js';
import type { Chain } from '../chain/chain.js';
import type { OpenStream, StreamSink } from '../chain/stream.js';
import type { StreamRpc, TaskService } from '../service/task-service.js';
import { readable } from './readable-request.js';

/**
 * Serves the streaming RPCs of the service. An interceptor, not a handler of nice-grpc: that pulls a stream through generators, and gives each call a
 * Node stream, signals and copies of its metadata, which ten thousand watchers of one task pay for three times over.
 */
export function createStreamCalls(service: TaskService, chain: Chain): ServerInterceptor {
  const streams = new Map(service.flatMap((rpc) => (rpc.kind === 'stream' ? [[rpc.path, rpc] as const] : [])));
  return ({ path }, call) => {
    const rpc = streams.get(path);
    return rpc ? new StreamCall(call, rpc, chain) : new ServerInterceptingCall(call);
  };
}

type Listener = Parameters<ServerInterceptingCall['start']>[0];

/** One call of a streaming RPC. */
class StreamCall extends ServerInterceptingCall implements StreamSink<object> {
  readonly #call: ServerInterceptingCallInterface;
  readonly #rpc: StreamRpc;
  readonly #chain: Chain;
  #stream: OpenStream | null = null;
  #origin: StreamOrigin | null = null;

  constructor(call: ServerInterceptingCallInterface, rpc: StreamRpc, chain: Chain) {
    super(call);
    this.#call = call;
    this.#rpc = rpc;
    this.#chain = chain;
  }

  override start(listener: Listener): void {
    let received = new GrpcMetadata();
    let request: object | null = null;
    super.start({
      onReceiveMetadata: (metadata) => {
        received = metadata;
        listener.onReceiveMetadata(metadata);
      },
      onReceiveMessage: (message: unknown) => {
        if (typeof message === 'object') request = message;
        listener.onReceiveMessage(message);
      },
      onReceiveHalfClose: () => {
        // Without a request, grpc-js answers.
        if (request === null) listener.onReceiveHalfClose();
        else this.#open(request, received);
      },
      // Comes at the end of every call, however it ended.
      onCancel: () => {
        this.#origin?.abort();
        this.#stream?.cancel();
        listener.onCancel();
      },
    });
  }

  send(message: object): void {
    this.sendMessage(message, this.#taken);
  }

  end(error: unknown): void {
    this.sendStatus(error === null ? OK : statusOf(error, this.#origin?.sentTrailer ?? null));
  }

  readonly #taken = (): void => {
    this.#stream?.taken();
  };

  #open(request: object, received: GrpcMetadata): void {
    const origin = new StreamOrigin(this.#call, received);
    this.#origin = origin;
    const { path, scope: access, call: open } = this.#rpc;
    this.#stream = this.#chain.stream(
      { path, access, request, origin },
      (context, sink) => open(readable(request), context)(sink),
      this,
    );
  }
}

const OK = { code: Code.OK, details: 'OK', metadata: null };

function statusOf(error: unknown, trailer: Metadata | null): { code: Code; details: string; metadata: GrpcMetadata } {
  const metadata = new GrpcMetadata();
  for (const [key, values] of trailer ?? [])
    for (const value of values) metadata.add(key, typeof value === 'string' ? value : Buffer.from(value));
  if (error instanceof ServerError) return { code: codeOf(error), details: error.details, metadata };
  // The caller has gone, and nobody reads this.
  return { code: Code.CANCELLED, details: 'the call was cancelled', metadata };
}

/** The two libraries have an enum each, of the same names. */
function codeOf(error: ServerError): Code {
  return Code[Status[error.code] as keyof typeof Code];
}

/** The transport's side of a stream. Each part is made when it is first asked for: most never are. */
class StreamOrigin implements CallOrigin {
  readonly #call: ServerInterceptingCallInterface;
  readonly #received: GrpcMetadata;
  #metadata: Metadata | null = null;
  #header: Metadata | null = null;
  #trailer: Metadata | null = null;
  #signal: AbortController | null = null;
  #isAborted = false;

  constructor(call: ServerInterceptingCallInterface, received: GrpcMetadata) {
    this.#call = call;
    this.#received = received;
  }

  get peer(): string {
    return this.#call.getPeer();
  }

  get metadata(): Metadata {
    if (this.#metadata) return this.#metadata;
    const metadata = Metadata();
    for (const key of Object.keys(this.#received.getMap()))
      for (const value of this.#received.get(key)) metadata.append(key, value);
    metadata.set(AUTHORITY_KEY, this.#call.getHost());
    return (this.#metadata = metadata);
  }

  get header(): Metadata {
    return (this.#header ??= Metadata());
  }

  get trailer(): Metadata {
    return (this.#trailer ??= Metadata());
  }

  /** The metadata that is to be sent at the end; null: none. */
  get sentTrailer(): Metadata | null {
    return this.#trailer;
  }

  get signal(): AbortSignal {
    this.#signal ??= new AbortController();
    if (this.#isAborted) this.#signal.abort();
    return this.#signal.signal;
  }

  abort(): void {
    this.#isAborted = true;
    this.#signal?.abort();
  }
}
