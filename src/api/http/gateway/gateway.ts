import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { Status } from 'nice-grpc';
import { TaskServiceDefinition } from '../../../../generated/cutroom/v1/task_service.js';
import type { Access } from '../../../task/caller.js';
import type { Rpc, UnaryRpc } from '../../service/task-service.js';
import { hasTooManyJsonValues, TOO_MANY_VALUES } from '../../../wire/request-size.js';
import { errorResponse, plainError } from '../http-error.js';
import { type HttpHandler, type HttpRequest, type HttpResponse, jsonResponse } from '../http-types.js';
import type { PathVariables } from '../path-template.js';
import { malformedBinaryHeader, withMetadata } from './call-metadata.js';
import { type CallScope, openCallScope } from './call-scope.js';
import { endpointOf } from './endpoint.js';
import { formRequest, isForm, overriddenMethod } from './form-request.js';
import { parseGrpcTimeout } from './grpc-timeout.js';
import type { GatewayOptions, Handler, RoutedRequest } from './handler.js';
import { HttpCall } from './http-call.js';
import { refuseQuery, setField, setQueryFields } from './query.js';
import { findRoute, type Route, type RouteMatch, routesOf } from './route-table.js';
import { streamHandler } from './stream-handler.js';

/** Serves the RPCs as JSON, as grpc-gateway would. */
export interface Gateway {
  /** Without a socket. Never rejects. */
  readonly answer: HttpHandler;
  readonly routes: readonly { readonly method: string; readonly template: string; readonly access: Access }[];
}

export function createGateway(options: GatewayOptions): Gateway {
  const routes = routesOf(TaskServiceDefinition.fullName);
  const handlers = new Map<Route, Handler>(routes.map((route) => [route, handlerOf(route, options)]));

  const answer: HttpHandler = (sent) => {
    const { match, request } = route(routes, sent);
    if (match.kind === 'none') return plainError(404, Status.NOT_FOUND, 'there is nothing at this path');
    if (match.kind === 'other-method') return notAllowed(match.allow);
    const handler = handlers.get(match.route);
    if (!handler) throw new Error('a route without a handler');
    const timeoutMs = parseGrpcTimeout(request.headers['grpc-timeout']);
    if (timeoutMs === undefined) return malformed('the header Grpc-Timeout is malformed; 500m is half a second');
    const header = malformedBinaryHeader(request.headers);
    if (header !== null) return malformed(`the header ${header} must be base64`);
    const alt = altOf(request.query);
    if (!alt) return malformed('the query $alt must be json, with ;enum-encoding=int or ;ignore-unknown behind it');
    const read = () => requestJson(match.route, match.variables, request, alt);
    return handler({ request, read, ...alt, timeoutMs });
  };
  const scopeOf = (of: Route): Access => rpcOf(of, options).scope;
  return {
    answer,
    routes: routes.map((of) => ({ method: of.httpMethod, template: of.template.text, access: scopeOf(of) })),
  };
}

function route(routes: readonly Route[], sent: HttpRequest): { match: RouteMatch; request: HttpRequest } {
  const overridden = overriddenMethod(sent);
  const request = overridden === null ? sent : formRequest(sent, overridden);
  const match = findRoute(routes, request.method, request.path);
  if (match.kind !== 'other-method' || !match.allow.includes('GET') || !isForm(request)) return { match, request };
  return { match: findRoute(routes, 'GET', request.path), request: formRequest(request, 'GET') };
}

function malformed(message: string): HttpResponse {
  return plainError(400, Status.INVALID_ARGUMENT, message);
}

function notAllowed(methods: readonly string[]): HttpResponse {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
  return plainError(405, Status.UNIMPLEMENTED, `this path takes ${allow}`, { allow });
}

function rpcOf({ rpc: { name } }: Route, { service }: GatewayOptions): Rpc {
  const rpc = service.find((of) => of.name === name);
  if (!rpc) throw new Error(`the descriptors have ${name} and the generated code has not: run npm run generate`);
  return rpc;
}

function handlerOf(route: Route, options: GatewayOptions): Handler {
  const rpc = rpcOf(route, options);
  return rpc.kind === 'stream' ? streamHandler(route, rpc, options) : unaryHandler(route, rpc, options);
}

function unaryHandler(route: Route, rpc: UnaryRpc, { chain }: GatewayOptions): Handler {
  const endpoint = endpointOf(route, rpc, chain);
  async function answer(
    { read, printing, request, unknownFields }: RoutedRequest,
    origin: HttpCall,
    scope: CallScope | null,
  ): Promise<HttpResponse> {
    let response: HttpResponse;
    const key = route.hasBody ? null : `${request.path}?${request.query}`;
    try {
      const text = endpoint({ read, key, unknownFields }, origin, printing);
      response = jsonResponse(200, await (scope ? scope.race(text) : text));
    } catch (error) {
      response = errorResponse(error);
    }
    return withMetadata(response, origin);
  }
  async function answerInTime(routed: RoutedRequest, timeoutMs: number): Promise<HttpResponse> {
    const { request } = routed;
    const scope = openCallScope({ timeoutMs, caller: request.signal });
    try {
      return await answer(routed, new HttpCall(request, scope), scope);
    } finally {
      scope.close();
    }
  }
  return (routed) =>
    routed.timeoutMs === null
      ? answer(routed, new HttpCall(routed.request, null), null)
      : answerInTime(routed, routed.timeoutMs);
}

/** The wishes in a query's `$alt`. */
type Alt = Pick<RoutedRequest, 'printing' | 'unknownFields'>;

const PLAIN: Alt = { printing: { enums: 'names' }, unknownFields: 'refuse' };

/** `$alt=json;enum-encoding=int`, as Google's APIs have it, and `;ignore-unknown`, which is ours. Null: another value, which is not served. */
function altOf(query: string): Alt | null {
  // Most requests have no query at all.
  if (!/alt=/i.test(query)) return PLAIN;
  const [format, ...wishes] = (new URLSearchParams(query).get('$alt') ?? 'json').split(';');
  const known = wishes.every((wish) => wish === 'enum-encoding=int' || wish === 'ignore-unknown');
  if (format !== 'json' || !known || new Set(wishes).size < wishes.length) return null;
  return {
    printing: { enums: wishes.includes('enum-encoding=int') ? 'numbers' : 'names' },
    unknownFields: wishes.includes('ignore-unknown') ? 'ignore' : 'refuse',
  };
}

/** The request's message in JSON: the body first, then the variables of the path, which the body cannot overrule. */
function requestJson(
  { hasBody, rpc }: Route,
  variables: PathVariables,
  request: HttpRequest,
  { unknownFields }: Alt,
): JsonObject {
  const json = hasBody ? parseBody(request.body) : {};
  if (!hasBody) setQueryFields(rpc.input, json, request.query);
  else if (unknownFields === 'refuse') refuseQuery(request.query);
  for (const [path, value] of Object.entries(variables)) setField(rpc.input, json, path, value);
  return json;
}

function parseBody(body: Uint8Array | null): JsonObject {
  if (body === null || body.length === 0) return {};
  if (hasTooManyJsonValues(body)) throw new RangeError(TOO_MANY_VALUES);
  const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as JsonValue;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new SyntaxError('must be a JSON object');
  return json;
}
