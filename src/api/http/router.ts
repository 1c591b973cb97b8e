import { Status } from 'nice-grpc';
import type { Compatibility } from './compatibility/compatibility.js';
import type { Files } from './files.js';
import type { Gateway } from './gateway.js';
import { plainError } from './http-error.js';
import type { HttpRequest, HttpResponse } from './http-types.js';
import { healthz, type Readiness, readyz } from './probes.js';

export interface RouterOptions {
  readonly gateway: Gateway;
  readonly files: Files;
  readonly compatibility: Compatibility;
  readonly readiness: Readiness;
}

/** Everything that is served over HTTP, as one function without a socket. Never rejects. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

export function createRouter({ gateway, files, compatibility, readiness }: RouterOptions): HttpHandler {
  return async (request) => {
    if (request.path.startsWith('/v1/')) return gateway(request);
    switch (request.path) {
      case '/healthz':
        return onlyGet(request) ?? healthz();
      case '/readyz':
        return onlyGet(request) ?? readyz(readiness);
      default:
        return (await compatibility(request)) ?? (await files(request)) ?? plainError(404, Status.NOT_FOUND, 'there is nothing at this path');
    }
  };
}

function onlyGet({ method }: HttpRequest): HttpResponse | null {
  if (method === 'GET' || method === 'HEAD') return null;
  return plainError(405, Status.UNIMPLEMENTED, 'this path takes GET, HEAD', { allow: 'GET, HEAD' });
}
