import type { Spans } from '../task/ports/spans.js';
import type { Access } from '../task/caller.js';
import type { OutputUrls } from '../task/output-urls.js';
import type { ApiKeyUseCases } from '../task/use-cases/api-keys.js';
import type { UrlKeys } from '../task/url-keys.js';
import type { SigningSecretUseCases } from '../task/use-cases/signing-secrets.js';
import type { TaskUseCases } from '../task/use-cases/task-use-cases.js';
import type { EngineFacts } from '../wire/print-capabilities.js';
import { allowAnyone, withinConnections, type Authenticate } from './chain/authenticate.js';
import type { ConnectionLimits } from './connection-limits.js';
import { callCounts, type CallMetrics } from './chain/call-counts.js';
import { callSpans } from './chain/call-spans.js';
import { callLog } from './chain/call-log.js';
import { type Chain, createChain } from './chain/chain.js';
import { createBaseUrls } from './base-url.js';
import { createDrain } from './drain.js';
import { startGrpcServer } from './grpc/server.js';
import { createSlowReaderGuard, type SlowReaderGuard } from './grpc/slow-reader-guard.js';
import { createMoneyPrinterTurbo } from './http/moneyprinterturbo/moneyprinterturbo.js';
import type { MoneyPrinterTurboOptions } from './http/moneyprinterturbo/route.js';
import { isUpload } from './http/moneyprinterturbo/media-routes.js';
import { withCors } from './http/cors.js';
import { type AllowedHosts, withHostGuard } from './http/host-guard.js';
import { createFiles } from './http/files.js';
import { createGateway } from './http/gateway/gateway.js';
import { withoutGrpcWeb } from './http/without-grpc-web.js';
import { createPreviewRoute } from './http/preview.js';
import { createRouter, type ListedRoute } from './http/router.js';
import { startMetricsServer } from './http/metrics-server.js';
import type { HttpHandler } from './http/http-types.js';
import { startHttpServer } from './http/server.js';
import type { RenderMetrics } from './http/probes.js';
import type { ApiLog } from './log.js';
import type { Readiness } from './readiness.js';
import type { SocketPlace } from './unix-socket.js';
import { createTaskService, type TaskService } from './service/task-service.js';
import type { ServerTls } from './tls/server-tls.js';

/** How long a watcher may leave a message untaken. */
const WATCHER_STALL_MS = 60_000;
/** The final status may then stay untaken for this fraction of that time before the stream is reset. */
const WATCHER_RESET_PART = 1 / 12;
/** How long an upload, which may take any time, may make no progress. */
const UPLOAD_IDLE_MS = 30_000;
const LOOPBACK_ONLY: AllowedHosts = { names: [], anyAddress: false };
const READINESS_TIMEOUT_MS = 2_000;

export interface ApiOptions {
  /** `host:port` of the gRPC and of the HTTP server; port 0 picks a free one. */
  readonly grpcAddress: string;
  readonly httpAddress: string;
  /** The certificates of both servers; the sockets are plain. Default: none, both are plain. */
  readonly tls?: ServerTls | null;
  /** `host:port` of a further HTTP server, for metrics and health alone, without TLS and credentials. Default: none. */
  readonly metricsAddress?: string | null;
  /** A Unix socket for gRPC and one for HTTP, beside their addresses. Default: none. */
  readonly socket?: string | null;
  readonly httpSocket?: string | null;
  /** The version of this release, for health metadata and the OpenAPI document. */
  readonly release?: string;
  readonly tasks: TaskUseCases;
  /** Default: this service takes no API keys. */
  readonly keys?: ApiKeyUseCases;
  readonly secrets: SigningSecretUseCases;
  readonly urlKeys: Pick<UrlKeys, 'rotate' | 'current'>;
  readonly urls: OutputUrls;
  readonly facts: EngineFacts;
  /** Base of the URLs of finished videos, without a final slash. Default: the host by which a caller called. */
  readonly publicUrl?: string | null;
  /** Addresses and CIDR ranges of proxies whose `Forwarded` and `X-Forwarded-*` count. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** The hosts by which the HTTP server may be called; null: any. Default: those of loopback. */
  readonly allowedHosts?: AllowedHosts | null;
  /** Origins whose pages may call the JSON API; `*` for any. */
  readonly corsOrigins: readonly string[];
  /** For the routes of MoneyPrinterTurbo only. */
  readonly moneyPrinterTurbo: Pick<
    MoneyPrinterTurboOptions,
    'library' | 'uploads' | 'musicFolder' | 'maxUploadBytes' | 'random'
  >;
  /** Why this server is not ready, as a clause without paths; null: it is. Rejects when the store does not answer. */
  readonly problem: () => Promise<string | null>;
  /** Finds out who makes a call. Default: everybody is the same caller. */
  readonly authenticate?: Authenticate;
  /** Default: no tenant is held to any. */
  readonly connections?: Pick<ConnectionLimits, 'admit'>;
  /** What is open to all though callers are authenticated. Default: nothing beside health. */
  readonly open?: readonly OpenPart[];
  readonly logger: ApiLog;
  /** Counts every call, and makes the page of `/metrics`. */
  readonly metrics: { readonly calls: CallMetrics; readonly render: RenderMetrics };
  /** Where calls are shown to whoever looks. Default: nobody. */
  readonly spans?: Spans;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** How long `stop` waits for open calls before it cuts them. */
  readonly graceMs: number;
  /** How long a watcher may leave a message untaken. Default: 60 s. */
  readonly watcherStallMs?: number;
}

/** A part of the service that an operator may open to all. */
export type OpenPart = 'docs' | 'metrics' | 'reflection';

/** Both servers, listening. */
export interface Api {
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Every HTTP route, with the permission that it needs. */
  readonly routes: readonly ListedRoute[];
  /** Health reports NOT_SERVING, calls are refused and streams ended with UNAVAILABLE; finished videos are still served. Idempotent. */
  drain(): void;
  /** Drains, lets calls under way finish, and closes both servers. */
  stop(): Promise<void>;
}

/** Starts both servers on one implementation and one chain. @throws Error when an address cannot be listened on; then neither listens. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { tasks, secrets, urls, urlKeys, facts, logger, metrics, monotonicMs, graceMs } = options;
  const drain = createDrain();
  const stallMs = options.watcherStallMs ?? WATCHER_STALL_MS;
  const guard = createSlowReaderGuard({ stallMs, resetMs: stallMs * WATCHER_RESET_PART });
  const tls = options.tls ?? null;
  let { httpAddress } = options;
  const baseUrl = createBaseUrls({
    publicUrl: options.publicUrl ?? null,
    trustedProxies: options.trustedProxies ?? [],
    scheme: tls === null ? 'http' : 'https',
    httpAddress: () => httpAddress,
  });
  const anyone = options.authenticate ?? allowAnyone;
  const chain = createChain({
    authenticate: options.connections ? withinConnections(anyone, options.connections) : anyone,
    observers: [callCounts(metrics.calls), callLog(logger), ...(options.spans ? [callSpans(options.spans)] : [])],
    drain: drain.signal,
    baseUrl,
    monotonicMs,
    wasCut: (request) => guard.wasCut(request),
  });
  const service = createTaskService({
    ...{ tasks, secrets, urlKeys, facts, monotonicMs },
    ...(options.keys && { keys: options.keys }),
    sign: (...of) => urls.sign(...of),
    drain: drain.signal,
  });
  const readiness = { problem: options.problem, drain: drain.signal, timeoutMs: READINESS_TIMEOUT_MS };
  const { handler, routes } = httpRoutes(options, { service, chain, guard, readiness });
  const started: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()));
  };
  try {
    const grpc = await startGrpcServer({
      address: options.grpcAddress,
      tls,
      socket: placeOf(options.socket, 'CUTROOM_SOCKET'),
      release: options.release ?? 'unknown',
      service,
      chain,
      guard: guard.interceptor,
      reflection: accessOf(options).reflection,
      readiness,
      drain,
      graceMs,
    });
    started.push(grpc);
    const shared = { drain, log: logger, graceMs, readerStallMs: stallMs };
    const http = await startHttpServer({
      address: options.httpAddress,
      tls,
      socket: placeOf(options.httpSocket, 'CUTROOM_HTTP_SOCKET'),
      handler,
      decorate: (request, answer) => withCors(() => answer, options.corsOrigins)(request),
      isUpload,
      uploadIdleMs: UPLOAD_IDLE_MS,
      ...shared,
    });
    started.push(http);
    const { metricsAddress: address = null } = options;
    const shown = { chain, readiness, metrics: () => metrics.render() };
    if (address !== null) started.push(await startMetricsServer({ address, ...shown, ...shared }));
    httpAddress = `${options.httpAddress.slice(0, options.httpAddress.lastIndexOf(':'))}:${http.port}`;
    return {
      grpcPort: grpc.port,
      httpPort: http.port,
      routes,
      drain: drain.begin,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The permissions that these parts need. Metrics tell of all tenants. */
function accessOf({ authenticate, open = [] }: ApiOptions): Readonly<Record<OpenPart, Access>> {
  const unlessOpen = (part: OpenPart, access: Access): Access =>
    authenticate === undefined || open.includes(part) ? 'open' : access;
  return {
    docs: unlessOpen('docs', 'identified'),
    metrics: unlessOpen('metrics', 'admin'),
    reflection: unlessOpen('reflection', 'identified'),
  };
}

function placeOf(file: string | null | undefined, variable: string): SocketPlace | null {
  return file === null || file === undefined ? null : { file, variable };
}

interface HttpParts {
  readonly service: TaskService;
  readonly chain: Chain;
  readonly guard: SlowReaderGuard;
  readonly readiness: Readiness;
}

/** Every HTTP route, behind the checks of host and origin. */
function httpRoutes(
  options: ApiOptions,
  { service, chain, guard, readiness }: HttpParts,
): { readonly handler: HttpHandler; readonly routes: readonly ListedRoute[] } {
  const { tasks, urls, logger, metrics } = options;
  const router = createRouter({
    gateway: createGateway({
      service,
      chain,
      markSlowReader: (request) => {
        guard.markSlowReader(request);
      },
    }),
    preview: createPreviewRoute({ tasks, chain }),
    files: createFiles({ urls, chain, log: logger }),
    moneyPrinterTurbo: createMoneyPrinterTurbo({
      tasks,
      chain,
      urls,
      isOpen: options.authenticate === undefined,
      fonts: options.facts.fontFiles,
      ...options.moneyPrinterTurbo,
    }),
    chain,
    access: accessOf(options),
    readiness,
    metrics: () => metrics.render(),
    version: options.release ?? 'unknown',
  });
  const hosts = options.allowedHosts === undefined ? LOOPBACK_ONLY : options.allowedHosts;
  const handler = withHostGuard(withCors(withoutGrpcWeb(router.handle), options.corsOrigins), hosts);
  return { handler, routes: router.routes };
}
