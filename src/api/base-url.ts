import { BlockList, isIP } from 'node:net';
import type { CallOrigin } from './chain/call.js';

export interface BaseUrlOptions {
  /** The base of every URL, without a final slash; null: the host by which a caller called. */
  readonly publicUrl: string | null;
  /** Addresses and CIDR ranges of proxies whose `Forwarded` and `X-Forwarded-*` count; `unix:`: those on a Unix socket. */
  readonly trustedProxies: readonly string[];
  /** The scheme of the HTTP server at its address; on its Unix socket it is always plain. */
  readonly scheme: 'http' | 'https';
  /** `host:port` of the HTTP server, for a caller who names no host; asked for at each call, since a free port is known only after start. */
  readonly httpAddress: () => string;
}

/** The base of the URLs in an answer, without a final slash. */
export type BaseUrlOf = (origin: Pick<CallOrigin, 'peer' | 'authority' | 'metadata' | 'headers'>) => string;

/** The metadata of a call of another gRPC service that holds the certificate of its connection; no caller can set it. */
export const CERTIFICATE_KEY = 'cutroom-certificate';

/** The peer of a call that came over a Unix socket, and its entry among the proxies. */
export const UNIX_PEER = 'unix';
const UNIX_PROXY = 'unix:';

/** A host with or without a port, and nothing that would end it in a URL. */
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/;

/**
 * Builds URLs that the caller of a call can reach: on the host by which it called, since a server that listens on all addresses does not know its names. A caller
 * over gRPC knows another port: its host is joined with the port of the HTTP server.
 */
export function createBaseUrls({ publicUrl, trustedProxies, scheme, httpAddress }: BaseUrlOptions): BaseUrlOf {
  if (publicUrl !== null) return () => publicUrl;
  const isTrusted = trustOf(trustedProxies);
  // Most calls come by the same authority as the one before.
  let last: { readonly authority: string | undefined; readonly address: string; readonly url: string } | null = null;
  const urlBy = (authority: string | undefined): string => {
    const address = httpAddress();
    if (last?.authority !== authority || last?.address !== address)
      last = { authority, address, url: `${scheme}://${hostOf(authority, address)}` };
    return last.url;
  };
  return (origin) => {
    const { headers } = origin;
    const forwarded = isTrusted(origin.peer) ? forwardedBase(readerOf(origin)) : null;
    if (forwarded !== null) return forwarded;
    const named = headers && validHost(headers.host);
    // The socket is plain, and a caller on it comes back by it.
    if (named !== undefined) return `${origin.peer === UNIX_PEER ? 'http' : scheme}://${named}`;
    return headers ? `${scheme}://${httpAddress()}` : urlBy(origin.authority);
  };
}

/** The host of a gRPC caller's authority, with the port of the HTTP server. */
function hostOf(authority: string | undefined, httpAddress: string): string {
  const host = validHost(authority)?.replace(/:\d+$/, '');
  return host === undefined ? httpAddress : `${host}:${portOf(httpAddress)}`;
}

/** Reads a header, or metadata. That of an HTTP call is made from its headers when it is first asked for, which costs a poll a tenth of its time. */
function readerOf(origin: Parameters<BaseUrlOf>[0]): (name: string) => string | undefined {
  const { headers } = origin;
  return (name) => (headers ? headers[name] : origin.metadata.get(name)?.toString());
}

/** Whether a peer is one of the proxies. */
function trustOf(proxies: readonly string[]): (peer: string) => boolean {
  if (proxies.length === 0) return () => false;
  const trusted = blockListOf(proxies.filter((entry) => entry !== UNIX_PROXY));
  const isUnixTrusted = proxies.includes(UNIX_PROXY);
  return (peer) => (peer === UNIX_PEER ? isUnixTrusted : isWithin(trusted, peer));
}

function blockListOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

function isWithin(trusted: BlockList, peer: string): boolean {
  const address = peer
    .slice(0, peer.lastIndexOf(':'))
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/, '');
  const version = isIP(address);
  return version !== 0 && trusted.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** By `Forwarded` (RFC 7239), or the headers that came before it; of several entries the last, which is that of the trusted proxy. */
function forwardedBase(read: (name: string) => string | undefined): string | null {
  const last = (text: string | undefined) => text?.split(',').at(-1)?.trim();
  const pairs = new Map(
    (last(read('forwarded')) ?? '').split(';').map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
    }),
  );
  const host = validHost(pairs.get('host') ?? last(read('x-forwarded-host')));
  const proto = pairs.get('proto') ?? last(read('x-forwarded-proto')) ?? 'http';
  return host === undefined || (proto !== 'http' && proto !== 'https') ? null : `${proto}://${host}`;
}

function validHost(host: string | undefined): string | undefined {
  return host !== undefined && HOST.test(host) ? host : undefined;
}

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}
