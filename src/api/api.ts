import type { Logger } from '../observability/logger.js';
import type { Metrics } from '../observability/metrics.js';
import type { OutputUrls } from '../task/output-urls.js';
import type { TaskUseCases } from '../task/use-cases/task-use-cases.js';
import type { EngineFacts } from '../wire/print-capabilities.js';
import { callCounts } from './chain/call-counts.js';
import { callLog } from './chain/call-log.js';
import { createChain } from './chain/chain.js';
import { createDrain } from './drain.js';
import { startGrpcServer } from './grpc/server.js';
import { createSlowReaderGuard } from './grpc/slow-reader-guard.js';
import { createTaskService } from './service/task-service.js';
import { createMoneyPrinterTurbo } from './http/moneyprinterturbo/moneyprinterturbo.js';
import type { MoneyPrinterTurboOptions } from './http/moneyprinterturbo/route.js';
import { isUpload } from './http/moneyprinterturbo/upload-routes.js';
import { withCors } from './http/cors.js';
import { createFiles } from './http/files.js';
import { createGateway } from './http/gateway.js';
import { createRouter } from './http/router.js';
import { type HttpServerOptions, startHttpServer } from './http/server.js';

/** How long a watcher may leave a message untaken. */
const WATCHER_STALL_MS = 60_000;
/** The status of its end may then lie untaken for this part of that before its stream is reset. */
const WATCHER_RESET_PART = 1 / 12;
/** How long an upload, which may take any time, may stand still. */
const UPLOAD_IDLE_MS = 30_000;
/** Of the contract, as its OpenAPI document says. */
const API_VERSION = 'v1';
const READINESS_TIMEOUT_MS = 2_000;

export interface ApiOptions {
  /** `host:port` of each door; port 0 picks a free one. */
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly tasks: TaskUseCases;
  readonly urls: OutputUrls;
  readonly facts: EngineFacts;
  /** Origins whose pages may call the JSON door; `*` for any. */
  readonly corsOrigins: readonly string[];
  /** What only the routes of MoneyPrinterTurbo need. */
  readonly moneyPrinterTurbo: Pick<MoneyPrinterTurboOptions, 'library' | 'musicFolder' | 'maxUploadBytes' | 'random'>;
  /** Resolves while the store answers. */
  readonly ping: () => Promise<void>;
  readonly logger: Logger;
  /** Counts every call, and what `/metrics` shows. */
  readonly metrics: Metrics;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** How long `stop` waits for open calls before it cuts them. */
  readonly graceMs: number;
  /** How long a watcher may leave a message untaken. Default: 60 s. */
  readonly watcherStallMs?: number;
}

/** Both doors, open. */
export interface Api {
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Health says NOT_SERVING, calls are refused and streams ended with UNAVAILABLE; finished videos are still served. Idempotent. */
  drain(): void;
  /** Drains, lets what is under way finish, and closes both doors. */
  stop(): Promise<void>;
}

/** Opens both doors on one implementation and one chain. @throws Error when an address cannot be listened on; then neither is open. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { tasks, urls, logger, metrics, monotonicMs, graceMs } = options;
  const drain = createDrain();
  const stallMs = options.watcherStallMs ?? WATCHER_STALL_MS;
  const guard = createSlowReaderGuard({ stallMs, resetMs: stallMs * WATCHER_RESET_PART });
  const chain = createChain({
    observers: [callCounts(metrics.calls), callLog(logger)],
    drain: drain.signal,
    monotonicMs,
    wasCut: (request) => guard.wasCut(request),
  });
  const service = createTaskService({
    tasks,
    sign: (task, output) => urls.sign(task, output),
    facts: options.facts,
    drain: drain.signal,
    monotonicMs,
  });
  const router = createRouter({
    gateway: createGateway({
      service,
      chain,
      markSlowReader: (request) => {
        guard.markSlowReader(request);
      },
    }),
    files: createFiles({ urls, logger }),
    moneyPrinterTurbo: createMoneyPrinterTurbo({
      tasks,
      chain,
      urls,
      fonts: options.facts.fontFiles,
      ...options.moneyPrinterTurbo,
    }),
    readiness: { ping: options.ping, drain: drain.signal, timeoutMs: READINESS_TIMEOUT_MS },
    metrics: () => metrics.render(),
    version: API_VERSION,
  });
  const handler = withCors(router, options.corsOrigins);
  const decorate: HttpServerOptions['decorate'] = (request, answer) =>
    withCors(() => answer, options.corsOrigins)(request);

  const interceptors = [guard.interceptor];
  const grpc = await startGrpcServer({ address: options.grpcAddress, service, chain, interceptors, drain, graceMs });
  try {
    const http = await startHttpServer({
      address: options.httpAddress,
      handler,
      decorate,
      isUpload,
      uploadIdleMs: UPLOAD_IDLE_MS,
      drain,
      logger,
      graceMs,
      readerStallMs: stallMs,
    });
    return {
      grpcPort: grpc.port,
      httpPort: http.port,
      drain: () => {
        drain.begin();
      },
      async stop() {
        await Promise.all([grpc.stop(), http.stop()]);
      },
    };
  } catch (error) {
    await grpc.stop();
    throw error;
  }
}
