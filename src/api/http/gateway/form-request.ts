import type { HttpRequest } from '../http-types.js';

/** Whether this may be a GET sent by POST because its query is too long for a URL. The content type is compared as grpc-gateway does. */
export function isForm({ method, headers }: HttpRequest): boolean {
  return method === 'POST' && headers['content-type'] === 'application/x-www-form-urlencoded';
}

/** A form as the request that it stands for: its fields are the query, and `method` is the method of that request. */
export function formRequest(request: HttpRequest, method: string): HttpRequest {
  const fields = Buffer.from(request.body ?? []).toString();
  const query = [fields, request.query].filter((part) => part !== '').join('&');
  const { path, headers, peer } = request;
  return {
    method,
    path,
    query,
    headers,
    body: null,
    peer,
    get signal() {
      return request.signal;
    },
  };
}

/** The method that a form stands for by `X-HTTP-Method-Override`; null without that header. */
export function overriddenMethod(request: HttpRequest): string | null {
  const method = request.headers['x-http-method-override'] ?? '';
  return method !== '' && isForm(request) ? method.toUpperCase() : null;
}
