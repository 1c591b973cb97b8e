import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { ServerError, type ServerMiddleware, Status } from 'nice-grpc';
import { TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import type { TaskService } from '../grpc/task-service.js';
import { RpcError } from '../rpc-error.js';
import { type Endpoint, endpointOf } from './endpoint.js';
import { plainError, statusResponse } from './http-error.js';
import { type HttpRequest, type HttpResponse, jsonResponse } from './http-types.js';
import { InProcessContext } from './in-process-context.js';
import type { PathVariables } from './path-template.js';
import { setField, setQueryFields } from './query.js';
import { findRoute, type Route, routesOf } from './route-table.js';

export interface GatewayOptions {
  readonly service: TaskService;
  readonly chain: ServerMiddleware;
}

/** Serves the unary RPCs as JSON, as grpc-gateway would, without a socket. Never rejects. */
export type Gateway = (request: HttpRequest) => Promise<HttpResponse>;

export function createGateway({ service, chain }: GatewayOptions): Gateway {
  const routes = routesOf(TaskServiceDefinition.fullName);
  const endpoints = new Map<Route, Endpoint>(routes.map((route) => [route, endpointOf(route, service, chain)]));

  return async (request) => {
    const match = findRoute(routes, request.method, request.path);
    if (match.kind === 'none') return plainError(404, Status.NOT_FOUND, 'there is nothing at this path');
    if (match.kind === 'other-method') {
      const allow = match.allow.join(', ');
      return plainError(405, Status.UNIMPLEMENTED, `this path takes ${allow}`, { allow });
    }
    const endpoint = endpoints.get(match.route);
    if (!endpoint) throw new Error('a route without an endpoint');
    try {
      return jsonResponse(200, await endpoint(() => requestJson(match.route, match.variables, request), new InProcessContext(request)));
    } catch (error) {
      return errorResponse(error);
    }
  };
}

/** The request's message in JSON: body first, then what the path says, which the body cannot overrule. */
function requestJson({ hasBody, rpc }: Route, variables: PathVariables, request: HttpRequest): JsonObject {
  const json = hasBody ? parseBody(request.body) : {};
  if (!hasBody) setQueryFields(rpc.input, json, request.query);
  for (const [path, value] of Object.entries(variables)) setField(rpc.input, json, path, value);
  return json;
}

function parseBody(body: Uint8Array | null): JsonObject {
  if (body === null || body.length === 0) return {};
  const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as JsonValue;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new SyntaxError('must be a JSON object');
  return json;
}


function errorResponse(error: unknown): HttpResponse {
  if (error instanceof RpcError) return statusResponse(error.status);
  if (error instanceof ServerError) return statusResponse({ code: error.code, message: error.details, details: [] });
  // The caller has gone: this goes nowhere.
  return statusResponse({ code: Status.CANCELLED, message: 'cancelled', details: [] });
}
