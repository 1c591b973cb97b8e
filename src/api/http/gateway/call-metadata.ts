import { Metadata } from 'nice-grpc';
import type { HttpRequest, HttpResponse } from '../http-types.js';

const PREFIX = 'grpc-metadata-';
/** The prefix of ordinary headers as metadata. No caller may set such metadata directly. */
const HEADER_PREFIX = 'grpcgateway-';

/** Headers that grpc-gateway passes on under a prefix of its own: the permanent ones of IANA's registry that it knows. */
const PERMANENT = new Set([
  'accept',
  'accept-charset',
  'accept-language',
  'accept-ranges',
  'authorization',
  'cache-control',
  'content-type',
  'cookie',
  'date',
  'expect',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-schedule-tag-match',
  'if-unmodified-since',
  'max-forwards',
  'origin',
  'pragma',
  'referer',
  'user-agent',
  'via',
  'warning',
]);
/** The origin of a call: the server sets these, and no caller may as metadata. */
const RESERVED = new Set(['x-forwarded-for', 'x-forwarded-host']);

/**
 * The metadata of a call that came over HTTP, as grpc-gateway makes it: `Grpc-Metadata-X` is `x`, an ordinary header `Y` is `grpcgateway-y`;
 * `Authorization` is itself as well. A name or value that gRPC does not allow is left out.
 */
export function metadataOf({ headers, peer }: Pick<HttpRequest, 'headers' | 'peer'>): Metadata {
  const metadata = Metadata();
  if (headers.authorization !== undefined) append(metadata, 'authorization', headers.authorization);
  for (const [name, value] of Object.entries(headers)) {
    // The host becomes x-forwarded-host.
    if (PERMANENT.has(name) && name !== 'host') append(metadata, HEADER_PREFIX + name, value);
    else if (name.startsWith(PREFIX) && !isReserved(name.slice(PREFIX.length), metadata))
      append(metadata, name.slice(PREFIX.length), value);
  }
  const host = headers['x-forwarded-host'] ?? headers.host;
  if (host !== undefined) append(metadata, 'x-forwarded-host', host);
  const address = peer.slice(0, peer.lastIndexOf(':'));
  append(
    metadata,
    'x-forwarded-for',
    [headers['x-forwarded-for'], address].filter((part) => part !== undefined && part !== '').join(', '),
  );
  return metadata;
}

/** An answer with the header metadata of its call as headers. */
export function withMetadata(
  response: HttpResponse,
  { sentHeader }: { readonly sentHeader: Metadata | null },
): HttpResponse {
  if (sentHeader === null) return response;
  const headers: Record<string, string> = { ...response.headers };
  for (const [name, values] of sentHeader) {
    headers[PREFIX + name] = values
      .map((value) => (typeof value === 'string' ? value : Buffer.from(value).toString('base64')))
      .join(', ');
  }
  return { ...response, headers };
}

/** The name of a header with binary metadata that is not base64; null when there is none. */
export function malformedBinaryHeader(headers: HttpRequest['headers']): string | null {
  for (const name in headers) {
    if (name.endsWith('-bin') && name.startsWith(PREFIX) && !/^[A-Za-z0-9+/]*={0,2}$/.test(headers[name] ?? ''))
      return name;
  }
  return null;
}

function isReserved(name: string, metadata: Metadata): boolean {
  // The Authorization header wins over metadata of the same name.
  return RESERVED.has(name) || name.startsWith(HEADER_PREFIX) || (name === 'authorization' && metadata.has(name));
}

function append(metadata: Metadata, name: string, value: string): void {
  if (!/^[0-9a-z_.-]+$/.test(name) || !/^[\x20-\x7e]*$/.test(value)) return;
  metadata.append(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
}
