import { Status } from 'nice-grpc';
import type { MoneyPrinterTurbo } from './moneyprinterturbo/moneyprinterturbo.js';
import type { Files } from './files.js';
import type { Gateway } from './gateway/gateway.js';
import { plainError } from './http-error.js';
import { type HttpHandler, type HttpRequest, type HttpResponse, jsonResponse } from './http-types.js';
import { openApiDocument } from './openapi/document.js';
import type { PreviewRoute } from './preview.js';
import type { Readiness } from '../readiness.js';
import { healthz, metricsPage, readyz, type RenderMetrics } from './probes.js';

export interface RouterOptions {
  readonly preview: PreviewRoute;
  readonly gateway: Gateway;
  readonly files: Files;
  readonly moneyPrinterTurbo: MoneyPrinterTurbo;
  readonly readiness: Readiness;
  readonly metrics: RenderMetrics;
  /** Of the service, for its OpenAPI document. */
  readonly version: string;
}

export function createRouter({
  preview,
  gateway,
  files,
  moneyPrinterTurbo,
  readiness,
  metrics,
  version,
}: RouterOptions): HttpHandler {
  // Made when it is first asked for: it takes some milliseconds, which most processes never need.
  let text: string | null = null;
  const openApi = () =>
    (text ??= JSON.stringify(openApiDocument({ version, compatibility: moneyPrinterTurbo.routes })));
  const others = async (request: HttpRequest) =>
    (await moneyPrinterTurbo.answer(request)) ??
    (await files(request)) ??
    plainError(404, Status.NOT_FOUND, 'there is nothing at this path');
  return (request) => {
    if (request.path.startsWith('/v1/')) return preview(request) ?? gateway(request);
    switch (request.path) {
      case '/healthz':
        return onlyGet(request) ?? healthz();
      case '/readyz':
        return onlyGet(request) ?? readyz(readiness);
      case '/metrics':
        return onlyGet(request) ?? metricsPage(metrics);
      case '/openapi.json':
        return onlyGet(request) ?? jsonResponse(200, openApi());
      default:
        return others(request);
    }
  };
}

function onlyGet({ method }: HttpRequest): HttpResponse | null {
  if (method === 'GET' || method === 'HEAD') return null;
  return plainError(405, Status.UNIMPLEMENTED, 'this path takes GET, HEAD', { allow: 'GET, HEAD' });
}
