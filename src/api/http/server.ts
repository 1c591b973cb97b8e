import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, ListenOptions } from 'node:net';
import { Status } from 'nice-grpc';
import { traceOf } from '../chain/trace-of.js';
import type { Drain } from '../drain.js';
import type { ApiLog } from '../log.js';
import { listenOnSocket, type SocketPlace, type UnixSocket } from '../unix-socket.js';
import type { HttpHandler, HttpRequest, HttpResponse } from './http-types.js';
import { UNIX_PEER } from '../base-url.js';
import { discardBody, readBody } from './request-body.js';
import { refusal } from './moneyprinterturbo/envelope.js';
import { SocketRequest } from './socket-request.js';
import { writeResponse } from './write-response.js';

/** The same limit as over gRPC. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** How long the head of a request may take, and then its body. */
const HEADERS_MS = 60_000;
const BODY_MS = 60_000;

export interface HttpServerOptions {
  /** `host:port`, with brackets around IPv6; port 0 picks a free one. */
  readonly address: string;
  /** A Unix socket that it listens on too; null: none. */
  readonly socket: SocketPlace | null;
  readonly handler: HttpHandler;
  /** Adds to an answer of the server itself what the handler adds to its own. */
  readonly decorate: (request: HttpRequest, answer: HttpResponse) => HttpResponse | Promise<HttpResponse>;
  /** Requests whose body the handler reads itself, as it arrives. */
  readonly isUpload: (method: string, path: string) => boolean;
  /** How long such a body may make no progress before its caller is cut. */
  readonly uploadIdleMs: number;
  readonly drain: Drain;
  readonly log: ApiLog;
  /** How long a caller may leave an answer unread before it is cut. */
  readonly readerStallMs: number;
  /** How long `stop` waits for open requests before it cuts them. */
  readonly graceMs: number;
}

export interface HttpServer {
  /** The port that it listens on. */
  readonly port: number;
  /** Takes no new connections, lets requests under way finish, and closes. */
  stop(): Promise<void>;
}

/** Starts to serve over HTTP, without TLS. @throws Error when the address cannot be listened on. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { drain, graceMs } = options;
  const server = await listen(options, parseAddress(options.address));
  const servers = [server];
  let socket: UnixSocket | null = null;
  try {
    if (options.socket !== null)
      socket = await listenOnSocket(options.socket, async (path) => servers.push(await listen(options, { path })));
  } catch (error) {
    server.close();
    throw error;
  }

  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      drain.begin();
      await socket?.remove();
      await Promise.all(servers.map((each) => close(each, graceMs)));
    },
  };
}

/** Node's server listens on one address. */
async function listen(options: HttpServerOptions, at: ListenOptions): Promise<Server> {
  const peer = at.path === undefined ? null : UNIX_PEER;
  const server = createServer(
    { keepAliveTimeout: 65_000, headersTimeout: HEADERS_MS, requestTimeout: 0 },
    (request, response) => {
      void serve(new SocketRequest(request, response, peer), request, response, options);
    },
  );
  server.listen(at);
  await once(server, 'listening');
  return server;
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearTimeout(timer);
}

async function serve(
  request: SocketRequest,
  message: IncomingMessage,
  response: ServerResponse,
  options: HttpServerOptions,
): Promise<void> {
  let answer: HttpResponse;
  try {
    answer = await answerTo(request, message, options);
    if (!response.destroyed) await discardBody(message);
  } catch (error) {
    if (response.destroyed) return;
    options.log.error(
      { err: error, method: request.method, ...traceOf(request) },
      'an HTTP request failed outside the call chain',
    );
    answer = await options.decorate(
      request,
      refusal(request.path, 500, Status.INTERNAL, 'internal error; the log of the server says more'),
    );
  }
  // An unread rest of a body would be taken for the next request; a client that keeps its connection would delay a stop.
  if (!message.complete || options.drain.signal.aborted) response.setHeader('connection', 'close');
  await writeResponse(message, response, answer, { stallMs: options.readerStallMs });
}

async function answerTo(
  request: SocketRequest,
  message: IncomingMessage,
  { handler, decorate, isUpload, uploadIdleMs }: HttpServerOptions,
): Promise<HttpResponse> {
  const { method, path } = request;
  const refuse = async (status: number, code: Status, message: string) =>
    decorate(request, refusal(path, status, code, message));
  if (!path.startsWith('/')) return refuse(400, Status.INVALID_ARGUMENT, 'the request target must be a path');
  if (method === 'GET' || method === 'HEAD') return await handler(request);

  const encoding = message.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') return refuse(415, Status.INVALID_ARGUMENT, 'a compressed body is not taken');
  if (isUpload(method, path)) {
    message.setTimeout(uploadIdleMs, () => message.destroy());
    // The handler may work on the whole body for longer, while the caller has nothing more to send.
    message.once('end', () => message.setTimeout(0));
    request.upload = message.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
    return await handler(request);
  }
  const body = await readBody(message, { maxBytes: MAX_BODY_BYTES, timeoutMs: BODY_MS });
  if (body.kind === 'too-large')
    return refuse(413, Status.RESOURCE_EXHAUSTED, `a body must be at most ${MAX_BODY_BYTES} bytes long`);
  request.body = body.bytes;
  return await handler(request);
}

function parseAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  if (colon < 0 || !Number.isInteger(port)) throw new RangeError(`not an address as host:port: ${address}`);
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port };
}
