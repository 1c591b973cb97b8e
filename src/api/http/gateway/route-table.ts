import { type DescMethod, getExtension, hasExtension, type Message } from '@bufbuild/protobuf';
import { registry } from '../../../wire/proto-json.js';
import { compilePathTemplate, type PathTemplate, type PathVariables } from '../path-template.js';

/** One HTTP binding of one RPC. */
export interface Route {
  /** Upper case. */
  readonly httpMethod: string;
  readonly template: PathTemplate;
  /** Whether the body is the request; without one the request is all in the path and the query. */
  readonly hasBody: boolean;
  readonly rpc: DescMethod;
}

export type RouteMatch =
  | { readonly kind: 'found'; readonly route: Route; readonly variables: PathVariables }
  /** There is something at this path, for these methods. */
  | { readonly kind: 'other-method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' };

/** The parts of `google.api.HttpRule` that are read here. */
interface HttpRule extends Message {
  readonly pattern: { readonly case: string | undefined; readonly value?: unknown };
  readonly body: string;
  readonly additionalBindings: readonly HttpRule[];
}

/** The routes of a service's RPCs, from the `google.api.http` options in the descriptor set: never written twice. */
export function routesOf(serviceName: string): Route[] {
  const service = registry.getService(serviceName);
  if (!service) throw new Error(`generated/descriptors.binpb has no service ${serviceName}`);
  return service.methods.flatMap((rpc) => rulesOf(rpc).map((rule) => routeOf(rpc, rule)));
}

/** Finds the route of a request. HEAD is GET without a body, which the socket's side leaves out. */
export function findRoute(routes: readonly Route[], method: string, path: string): RouteMatch {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const allow: string[] = [];
  for (const route of routes) {
    const variables = route.template.match(path);
    if (!variables) continue;
    if (route.httpMethod === wanted) return { kind: 'found', route, variables };
    allow.push(route.httpMethod);
  }
  return allow.length === 0 ? { kind: 'none' } : { kind: 'other-method', allow };
}

function rulesOf(rpc: DescMethod): HttpRule[] {
  const extension = registry.getExtension('google.api.http');
  const options = rpc.proto.options;
  if (!extension || !options || !hasExtension(options, extension)) return [];
  const rule = getExtension(options, extension) as HttpRule;
  return [rule, ...rule.additionalBindings];
}

function routeOf(rpc: DescMethod, { pattern, body }: HttpRule): Route {
  if (pattern.case === undefined || typeof pattern.value !== 'string')
    throw new Error(`${rpc.name} has a google.api.http without a path`);
  if (body !== '' && body !== '*') throw new Error(`${rpc.name} has a body that is one field, which is not served`);
  return {
    httpMethod: pattern.case.toUpperCase(),
    template: compilePathTemplate(pattern.value),
    hasBody: body === '*',
    rpc,
  };
}
