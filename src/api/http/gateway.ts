import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { ServerError, type ServerMiddleware, Status } from 'nice-grpc';
import { Task } from '../../../generated/cutroom/v1/task.js';
import { jsonType } from '../../wire/proto-json.js';
import { TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import type { TaskService } from '../grpc/task-service.js';
import { RpcError } from '../rpc-error.js';
import { startCallDeadline } from './call-deadline.js';
import { headersOfMetadata } from './call-metadata.js';
import { endpointOf, printerOf, type Printing } from './endpoint.js';
import { parseGrpcTimeout } from './grpc-timeout.js';
import { plainError, statusResponse } from './http-error.js';
import { type HttpRequest, type HttpResponse, jsonResponse } from './http-types.js';
import { InProcessContext } from './in-process-context.js';
import type { PathVariables } from './path-template.js';
import { setField, setQueryFields } from './query.js';
import { ndjsonResponse } from './ndjson.js';
import { findRoute, type Route, routesOf } from './route-table.js';
import { sseResponse, wantsSse } from './sse.js';
import { watchEndpointOf } from './watch-endpoint.js';
import { begin } from './watch-stream.js';

export interface GatewayOptions {
  readonly service: TaskService;
  readonly chain: ServerMiddleware;
}

/** Serves the RPCs as JSON, as grpc-gateway would, without a socket. Never rejects. */
export type Gateway = (request: HttpRequest) => Promise<HttpResponse>;

/** Answers one request to one route. @throws whatever ends the call. */
type Handler = (request: HttpRequest, context: InProcessContext, variables: PathVariables) => Promise<HttpResponse>;

export function createGateway({ service, chain }: GatewayOptions): Gateway {
  const routes = routesOf(TaskServiceDefinition.fullName);
  const handlers = new Map<Route, Handler>(routes.map((route) => [route, handlerOf(route, service, chain)]));

  return async (request) => {
    const match = findRoute(routes, request.method, request.path);
    if (match.kind === 'none') return plainError(404, Status.NOT_FOUND, 'there is nothing at this path');
    if (match.kind === 'other-method') {
      const allow = match.allow.join(', ');
      return plainError(405, Status.UNIMPLEMENTED, `this path takes ${allow}`, { allow });
    }
    const handler = handlers.get(match.route);
    if (!handler) throw new Error('a route without a handler');
    const timeoutMs = parseGrpcTimeout(request.headers['grpc-timeout']);
    if (timeoutMs === undefined) return plainError(400, Status.INVALID_ARGUMENT, 'the header Grpc-Timeout is malformed; 500m is half a second');
    try {
      if (timeoutMs === null) return await handler(request, new InProcessContext(request), match.variables);
      return await handleWithin(timeoutMs, request, match.variables, handler);
    } catch (error) {
      return errorResponse(error);
    }
  };
}

async function handleWithin(timeoutMs: number, request: HttpRequest, variables: PathVariables, handler: Handler): Promise<HttpResponse> {
  const deadline = startCallDeadline(timeoutMs, request.signal);
  const { headers, peer } = request;
  let isStream = false;
  try {
    const response = await deadline.race(handler(request, new InProcessContext({ headers, peer, signal: deadline.signal }), variables));
    isStream = response.body.kind === 'stream';
    return response;
  } finally {
    // A stream goes on until its caller leaves or the deadline ends it.
    if (!isStream) deadline.clear();
  }
}

function handlerOf(route: Route, service: TaskService, chain: ServerMiddleware): Handler {
  return route.rpc.methodKind === 'server_streaming' ? watchHandler(route, service, chain) : unaryHandler(route, service, chain);
}

function unaryHandler(route: Route, service: TaskService, chain: ServerMiddleware): Handler {
  const endpoint = endpointOf(route, service, chain);
  return async (request, context, variables) => {
    const source = { read: () => requestJson(route, variables, request), key: route.hasBody ? null : `${request.path}?${request.query}` };
    const text = await endpoint(source, context, printingOf(request.query));
    return jsonResponse(200, text, context.sentHeader ? headersOfMetadata(context.sentHeader) : {});
  };
}

function watchHandler(route: Route, service: TaskService, chain: ServerMiddleware): Handler {
  const endpoint = watchEndpointOf(route, service, chain);
  const print = printerOf(jsonType(Task, 'cutroom.v1.Task'));
  return async (request, context, variables) => {
    const sse = wantsSse(request);
    const read = () => {
      const json = requestJson(route, variables, request);
      // A browser that comes back names the last message that it has seen: that is newer than what its URL says.
      const cursor = request.headers['last-event-id'];
      return sse && cursor !== undefined && cursor !== '' ? { ...json, afterRevision: cursor } : json;
    };
    const beginning = await begin(endpoint(read, context));
    const printing = printingOf(request.query);
    return sse ? sseResponse(beginning, (task) => print(task, printing)) : ndjsonResponse(beginning, (task) => print(task, printing));
  };
}

/** `$alt=json;enum-encoding=int`, as Google's APIs have it. */
function printingOf(query: string): Printing {
  // Most requests have no query at all.
  if (!query.includes('enum-encoding')) return { enums: 'names' };
  const alt = new URLSearchParams(query).get('$alt') ?? '';
  return { enums: alt.split(';').includes('enum-encoding=int') ? 'numbers' : 'names' };
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
