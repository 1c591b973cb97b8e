import type { JsonObject } from '@bufbuild/protobuf';
import { Status } from 'nice-grpc';
import type { Access } from '../../task/caller.js';
import type { MoneyPrinterTurbo } from './moneyprinterturbo/moneyprinterturbo.js';
import { type Files, FILES_ROUTE } from './files.js';
import { fixedRoutes, type FixedRoutesOptions } from './fixed-routes.js';
import type { Gateway } from './gateway/gateway.js';
import { plainError } from './http-error.js';
import type { HttpHandler, HttpRequest } from './http-types.js';
import { openApiDocument } from './openapi/document.js';
import { specSchema } from './openapi/spec-schema.js';
import { type PreviewRoute, PREVIEW_ROUTE } from './preview.js';

export interface RouterOptions extends Omit<FixedRoutesOptions, 'openApi' | 'specSchema'> {
  readonly preview: PreviewRoute;
  readonly gateway: Gateway;
  readonly files: Files;
  readonly moneyPrinterTurbo: MoneyPrinterTurbo;
  /** Of the service, for its OpenAPI document. */
  readonly version: string;
}

/** One route, as it is served. */
export interface ListedRoute {
  readonly method: string;
  /** As in `google.api.http`. */
  readonly template: string;
  readonly access: Access;
}

export interface Router {
  readonly handle: HttpHandler;
  /** Every route that it knows: its requests are answered by none beside these. */
  readonly routes: readonly ListedRoute[];
}

export function createRouter(options: RouterOptions): Router {
  const { preview, gateway, files, moneyPrinterTurbo, version } = options;
  const openApi = madeOnce(() => openApiDocument({ version, compatibility: moneyPrinterTurbo.routes }));
  const fixed = fixedRoutes({ ...options, openApi, specSchema: madeOnce(() => specSchema(version)) });
  const others = async (request: HttpRequest) =>
    (await moneyPrinterTurbo.answer(request)) ??
    (await files(request)) ??
    plainError(404, Status.NOT_FOUND, 'there is nothing at this path');
  return {
    handle: (request) => {
      if (request.path.startsWith('/v1/')) return preview(request) ?? gateway.answer(request);
      const route = fixed.get(request.path);
      return route ? route.answer(request) : others(request);
    },
    routes: [
      ...gateway.routes,
      ...moneyPrinterTurbo.routes.map(({ method, template, access }) => ({ method, template, access })),
      ...moneyPrinterTurbo.pages.map((template) => ({ method: 'GET', template, access: 'open' as const })),
      FILES_ROUTE,
      PREVIEW_ROUTE,
      ...[...fixed].map(([template, { access }]) => ({ method: 'GET', template, access })),
    ],
  };
}

/** Made when it is first asked for: it takes some milliseconds, which most processes never need. */
function madeOnce(make: () => JsonObject): () => string {
  let text: string | null = null;
  return () => (text ??= JSON.stringify(make()));
}
