import { Status } from 'nice-grpc';
import { fixedRoutes, type FixedRoutesOptions } from './fixed-routes.js';
import { type AllowedHosts, withHostGuard } from './host-guard.js';
import { plainError } from './http-error.js';
import type { HttpHandler } from './http-types.js';
import { type HttpServer, type HttpServerOptions, startHttpServer } from './server.js';

export interface MetricsServerOptions
  extends
    Pick<FixedRoutesOptions, 'chain' | 'readiness' | 'metrics'>,
    Pick<HttpServerOptions, 'address' | 'drain' | 'log' | 'graceMs' | 'readerStallMs'> {}

const PATHS: readonly string[] = ['/metrics', '/healthz', '/readyz'];
const LOOPBACK_ONLY: AllowedHosts = { names: [], anyAddress: false };

/** Starts to serve metrics and health, and nothing else, to all who reach the address. @throws Error when it cannot be listened on. */
export async function startMetricsServer(options: MetricsServerOptions): Promise<HttpServer> {
  const routes = fixedRoutes({
    ...options,
    access: { docs: 'open', metrics: 'open' },
    openApi: () => '',
    specSchema: () => '',
  });
  const handler: HttpHandler = (request) =>
    (PATHS.includes(request.path) ? routes.get(request.path)?.answer(request) : undefined) ??
    plainError(404, Status.NOT_FOUND, `there is nothing at this path; there is ${PATHS.join(', ')}`);
  const isLoopback = /^(127\.|localhost:|\[::1\])/.test(options.address);
  return startHttpServer({
    ...options,
    socket: null,
    // A name of a private network is not known here.
    handler: withHostGuard(handler, isLoopback ? LOOPBACK_ONLY : null),
    decorate: (_, answer) => answer,
    isUpload: () => false,
    uploadIdleMs: options.readerStallMs,
  });
}
