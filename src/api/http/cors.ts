import { Status } from 'nice-grpc';
import { plainError } from './http-error.js';
import type { HttpHandler, HttpRequest, HttpResponse } from './http-types.js';

/** The headers that a browser may read beside the ordinary ones. */
const EXPOSED =
  'Content-Disposition, Content-Length, Content-Range, ETag, Grpc-Message, Grpc-Status, Retry-After, WWW-Authenticate';
/** How long a browser may remember that it may: two hours, the most that any does. */
const MAX_AGE_S = 7_200;

/**
 * Lets pages of the given origins call this service, and those of no other (`*`: of any). A page of another origin could still *send* a simple
 * request without being allowed to read the answer, and so submit or cancel on a server that only its user's machine reaches: requests that
 * change something are refused then.
 */
export function withCors(handler: HttpHandler, origins: readonly string[]): HttpHandler {
  const allows = (origin: string) => origins.includes('*') || origins.includes(origin);
  const answerTo = async (request: HttpRequest, origin: string) =>
    allowed(isPreflight(request) ? preflight(request) : await handler(request), origin);
  return (request) => {
    const origin = request.headers.origin;
    if (origin === undefined) return isCrossSite(request) && !allows('') ? refused() : handler(request);
    if (isSameOrigin(origin, request)) return handler(request);
    if (!allows(origin)) return changesSomething(request) ? refused() : handler(request);
    return answerTo(request, origin);
  };
}

function isSameOrigin(origin: string, { headers }: HttpRequest): boolean {
  return headers.host !== undefined && origin.replace(/^https?:\/\//, '') === headers.host;
}

/** A browser says so of every request of a page of another site, also of one that it sends without an origin (Fetch Metadata, 2.3). */
function isCrossSite(request: HttpRequest): boolean {
  return request.headers['sec-fetch-site'] === 'cross-site' && changesSomething(request);
}

function changesSomething({ method }: HttpRequest): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
}

function isPreflight({ method, headers }: HttpRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function refused(): HttpResponse {
  return plainError(
    403,
    Status.PERMISSION_DENIED,
    'pages of this origin may not call this service; see CUTROOM_CORS_ORIGINS',
  );
}

function preflight({ headers }: HttpRequest): HttpResponse {
  const answer: Record<string, string> = {
    'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
    'access-control-max-age': String(MAX_AGE_S),
  };
  const wanted = headers['access-control-request-headers'];
  if (wanted !== undefined) answer['access-control-allow-headers'] = wanted;
  return { status: 204, headers: answer, body: { kind: 'text', text: '' } };
}

function allowed(response: HttpResponse, origin: string): HttpResponse {
  const headers = {
    ...response.headers,
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED,
    vary: 'Origin',
  };
  return { ...response, headers };
}
