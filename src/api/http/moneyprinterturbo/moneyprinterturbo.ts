import { type HttpRequest, type HttpResponse } from '../http-types.js';
import { compilePathTemplate } from '../path-template.js';
import { createChainCall } from './chain-call.js';
import { isMoneyPrinterTurboPath, PREFIX } from './api-path.js';
import { docsPage } from './docs-page.js';
import { failure, success } from './envelope.js';
import { errorResponse } from './error-response.js';
import { fileRoutes } from './file-routes.js';
import { libraryRoutes } from './library-routes.js';
import type { MoneyPrinterTurboOptions, RouteDeps } from './route.js';
import { taskRoutes } from './task-routes.js';
import { uploadRoutes } from './upload-routes.js';

/** The routes that clients of MoneyPrinterTurbo know. Null: the path is none of theirs. Never rejects. */
export type MoneyPrinterTurbo = (request: HttpRequest) => Promise<HttpResponse | null>;

export function createMoneyPrinterTurbo(options: MoneyPrinterTurboOptions): MoneyPrinterTurbo {
  const deps: RouteDeps = { ...options, call: createChainCall(options.chain) };
  const routes = [...taskRoutes(deps), ...fileRoutes(deps), ...libraryRoutes(deps), ...uploadRoutes(deps)].map(
    ({ method, template, handle }) => ({
      method,
      handle,
      template: compilePathTemplate(PREFIX + template),
    }),
  );

  return async (request) => {
    // Their clients join URLs with and without a slash at the end, and follow no redirect.
    const path = request.path.replace(/(?<=.)\/$/, '');
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (path === '/docs' || path === '/ping' || path === `${PREFIX}/ping`) {
      if (method !== 'GET') return notAllowed(['GET']);
      return path === '/docs' ? docsPage() : success('pong');
    }
    if (!isMoneyPrinterTurboPath(path)) return null;
    const allow: string[] = [];
    for (const route of routes) {
      const variables = route.template.match(path);
      if (!variables) continue;
      allow.push(route.method);
      if (route.method === method) return route.handle(request, variables).catch(errorResponse);
    }
    return allow.length > 0 ? notAllowed(allow) : failure(404, 'there is nothing at this path');
  };
}

function notAllowed(allow: readonly string[]): HttpResponse {
  const methods = (allow.includes('GET') ? [...allow, 'HEAD'] : allow).join(', ');
  return failure(405, `this path takes ${methods}`, { headers: { allow: methods } });
}
