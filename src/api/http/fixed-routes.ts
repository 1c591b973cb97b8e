import { Status } from 'nice-grpc';
import type { Access } from '../../task/caller.js';
import type { Chain } from '../chain/chain.js';
import type { Readiness } from '../readiness.js';
import { HttpCall } from './gateway/http-call.js';
import { errorResponse, plainError } from './http-error.js';
import { type HttpRequest, type HttpResponse, jsonResponse } from './http-types.js';
import { healthz, metricsPage, readyz, type RenderMetrics } from './probes.js';

/** The parts of the service that an operator may open to all. */
export interface OpenParts {
  readonly docs: Access;
  readonly metrics: Access;
}

export interface FixedRoutesOptions {
  readonly chain: Chain;
  readonly access: OpenParts;
  readonly readiness: Readiness;
  readonly metrics: RenderMetrics;
  readonly openApi: () => string;
  /** The JSON Schema of render specs. */
  readonly specSchema: () => string;
}

/** A route of one path, for GET. */
export interface FixedRoute {
  readonly access: Access;
  readonly answer: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;
}

/** The routes by their paths. Those that are not open pass the chain. */
export function fixedRoutes(options: FixedRoutesOptions): ReadonlyMap<string, FixedRoute> {
  const { chain, access, readiness, metrics, openApi, specSchema } = options;
  const routes: Record<string, FixedRoute> = {
    '/healthz': { access: 'open', answer: () => healthz() },
    '/readyz': { access: 'open', answer: () => readyz(readiness) },
    '/metrics': { access: access.metrics, answer: () => metricsPage(metrics) },
    '/openapi.json': { access: access.docs, answer: () => jsonResponse(200, openApi()) },
    '/schema/render-spec.json': { access: access.docs, answer: () => jsonResponse(200, specSchema()) },
  };
  return new Map(
    Object.entries(routes).map(([path, route]) => [path, { ...route, answer: onlyGet(guarded(chain, path, route)) }]),
  );
}

function guarded(chain: Chain, path: string, { access, answer }: FixedRoute): FixedRoute['answer'] {
  if (access === 'open') return answer;
  return async (request) => {
    const call = {
      path: `/http${path}`,
      access,
      request: {},
      origin: new HttpCall(request, null),
      whileDraining: true,
    };
    try {
      return await chain.unary(call, async () => answer(request));
    } catch (error) {
      return errorResponse(error);
    }
  };
}

function onlyGet(answer: FixedRoute['answer']): FixedRoute['answer'] {
  return (request) =>
    request.method === 'GET' || request.method === 'HEAD'
      ? answer(request)
      : plainError(405, Status.UNIMPLEMENTED, 'this path takes GET, HEAD', { allow: 'GET, HEAD' });
}
