import { isIP } from 'node:net';
import { Status } from 'nice-grpc';
import type { HttpHandler, HttpRequest } from './http-types.js';
import { refusal } from './moneyprinterturbo/envelope.js';

/** The hosts by which this service may be called, beside `localhost` and the addresses of loopback. */
export interface AllowedHosts {
  /** In lower case, without a port. */
  readonly names: readonly string[];
  /** Whether it may also be called by any address: no web page can give an address of its own a foreign meaning, as it can with a name. */
  readonly anyAddress: boolean;
}

const MAX_QUOTED_CHARACTERS = 100;

/**
 * Refuses a request by a host that is none of the service's (421; RFC 9110, 15.5.20), before anything looks at it. By DNS rebinding a page on the web gives its own
 * name the address of this machine, and is of the same origin then: only the name in `Host` tells it from a caller.
 * @param hosts null: any host.
 */
export function withHostGuard(handler: HttpHandler, hosts: AllowedHosts | null): HttpHandler {
  if (hosts === null) return handler;
  const names = new Set(['localhost', ...hosts.names]);
  const isAllowed = (host: string) =>
    names.has(host) || isLoopbackAddress(host) || (hosts.anyAddress && isIP(host) !== 0);
  // Most requests come by the same host as the one before.
  let lastAllowed: string | null = null;
  return (request) => {
    const { host } = request.headers;
    // No browser leaves it out.
    if (host === undefined || host === lastAllowed) return handler(request);
    if (!isAllowed(hostName(host))) return misdirected(request, host);
    lastAllowed = host;
    return handler(request);
  };
}

/** The name in a `Host` header: without port, brackets and the dot of the root, in lower case. */
function hostName(host: string): string {
  return host
    .trim()
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

function isLoopbackAddress(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function misdirected({ path }: HttpRequest, host: string): ReturnType<HttpHandler> {
  const name = JSON.stringify(host.slice(0, MAX_QUOTED_CHARACTERS));
  return refusal(
    path,
    421,
    Status.PERMISSION_DENIED,
    `this service is not called ${name}; the operator can add a name to CUTROOM_ALLOWED_HOSTS`,
  );
}
