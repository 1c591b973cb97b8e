import { EventEmitter } from 'node:events';
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { type CallContext, type Server, ServerError, Status } from 'nice-grpc';
import type { Access } from '../../task/caller.js';
import type { Chain } from '../chain/chain.js';
import { forwarded, pulled, pump } from '../chain/stream.js';
import { statusCode } from '../rpc-error.js';
import { readable, readRequest } from './readable-request.js';

/** A service written for grpc-js: its definition and its handlers. */
export interface GrpcJsService {
  readonly definition: ServiceDefinition;
  readonly handlers: UntypedServiceImplementation;
}

/** The part of a grpc-js `Server` that the official health and reflection packages use. */
export interface ServiceCollector {
  readonly services: GrpcJsService[];
  addService(definition: ServiceDefinition, handlers: UntypedServiceImplementation): void;
}

/** Collects services instead of serving them. */
export function createServiceCollector(): ServiceCollector {
  const services: GrpcJsService[] = [];
  return {
    services,
    addService(definition, handlers) {
      services.push({ definition, handlers });
    },
  };
}

interface MountOptions {
  readonly chain: Chain;
  /** The permission that its callers need. */
  readonly access: Access;
  /** Metadata sent before each answer. */
  readonly header: Readonly<Record<string, string>>;
  /** Whether its unary calls are answered while the server drains: health must say so itself. */
  readonly whileDraining: boolean;
}

/** Serves a grpc-js service by nice-grpc, its calls through the chain. A drain ends its streams with UNAVAILABLE, after the messages written by then. */
export function addGrpcJsService(server: Server, { definition, handlers }: GrpcJsService, options: MountOptions): void {
  const methods: Record<string, unknown> = {};
  for (const [name, method] of Object.entries(definition)) {
    const handler = handlers[name] ?? handlers[method.originalName ?? ''];
    if (!handler) throw new Error(`${method.path} has no handler`);
    // A handler's type does not say which of the four kinds it is; its definition does.
    const handle = handler as (call: unknown, callback?: UnaryCallback) => void;
    methods[name] = method.responseStream ? streaming(handle, method, options) : unary(handle, method, options);
  }
  server.add<ServiceDefinition>(tolerant(definition), methods);
}

/** Bytes that are no request are the caller's fault, which grpc-js would answer as its own. */
function tolerant(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => {
      const decode = (bytes: Buffer): unknown => method.requestDeserialize(bytes);
      return [name, { ...method, requestDeserialize: (bytes: Buffer) => readRequest(() => decode(bytes)) }];
    }),
  );
}

type Method = ServiceDefinition[string];
type UnaryCallback = (error: { code?: number; details?: string } | null, value?: unknown) => void;

function unary(
  handle: (call: unknown, callback: UnaryCallback) => void,
  { path }: Method,
  { chain, access, header, whileDraining }: MountOptions,
) {
  return (request: unknown, origin: CallContext): Promise<unknown> => {
    addHeader(origin, header);
    return chain.unary(
      { path, access, request, origin, whileDraining },
      () =>
        new Promise((resolve, reject) => {
          handle({ request: readable(request) }, (error, value) => {
            if (error) reject(new ServerError(statusCode(error.code ?? Status.UNKNOWN), error.details ?? ''));
            else resolve(value);
          });
        }),
    );
  };
}

function addHeader(origin: CallContext, header: MountOptions['header']): void {
  for (const [name, value] of Object.entries(header)) origin.header.set(name, value);
}

function streaming(
  handle: (call: unknown) => void,
  { path, requestStream }: Method,
  { chain, access, header }: MountOptions,
) {
  return (input: unknown, origin: CallContext): AsyncIterable<unknown> => {
    addHeader(origin, header);
    const request = requestStream ? null : input;
    const feed = requestStream ? (input as AsyncIterable<unknown>)[Symbol.asyncIterator]() : null;
    return pulled<unknown>((sink) =>
      forwarded(
        origin.signal,
        chain.stream(
          { path, access, request, origin },
          (_, into) => pump((signal) => written(handle, request, feed, signal), into),
          sink,
        ),
      ),
    );
  };
}

/** The messages that a handler writes, until it ends or the signal aborts. */
async function* written(
  handle: (call: unknown) => void,
  request: unknown,
  feed: AsyncIterator<unknown> | null,
  signal: AbortSignal,
): AsyncGenerator<unknown, void, undefined> {
  const call = new StreamCall(readable(request));
  const wake = () => {
    call.wake();
  };
  signal.addEventListener('abort', wake);
  let feeding: Promise<void> | null = null;
  try {
    handle(call);
    for (;;) {
      const woken = call.nextWake();
      yield* call.written.splice(0);
      if (call.ended || signal.aborted) return;
      // The next request is read only once the last one's answers are written.
      if (feed) {
        feeding ??= feed.next().then((next) => {
          feeding = null;
          call.receive(next);
        });
      }
      await (feeding ? Promise.race([woken, feeding]) : woken);
    }
  } finally {
    signal.removeEventListener('abort', wake);
    call.emit('cancelled');
  }
}

/** The call object of a streaming handler of grpc-js. */
class StreamCall extends EventEmitter {
  readonly request: unknown;
  readonly written: unknown[] = [];
  ended = false;
  wake: () => void = () => undefined;

  constructor(request: unknown) {
    super();
    this.request = request;
  }

  write(message: unknown): boolean {
    this.written.push(message);
    this.wake();
    return true;
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  receive(next: IteratorResult<unknown>): void {
    if (next.done) this.emit('end');
    else this.emit('data', readable(next.value));
  }

  /** Resolves at the next write, end or abort after this call. */
  nextWake(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
