import { Metadata } from 'nice-grpc';

const PREFIX = 'grpc-metadata-';

/** Headers that grpc-gateway hands on under a prefix of its own: the permanent ones of HTTP that a method could want. */
const PERMANENT = ['accept-language', 'authorization', 'cookie', 'from', 'host', 'origin', 'referer', 'user-agent'];

/** The metadata of a call that came over HTTP: `Grpc-Metadata-X` is `x`; `Authorization` is itself as well. */
export function metadataOf(headers: Readonly<Record<string, string>>): Metadata {
  const metadata = Metadata();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(PREFIX)) setText(metadata, name.slice(PREFIX.length), value);
    else if (PERMANENT.includes(name)) setText(metadata, `grpcgateway-${name}`, value);
  }
  if (headers.authorization !== undefined) setText(metadata, 'authorization', headers.authorization);
  return metadata;
}

/** What a method has sent as metadata, as HTTP headers. */
export function headersOfMetadata(metadata: Metadata): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of metadata) headers[`${PREFIX}${name}`] = values.map((value) => (typeof value === 'string' ? value : Buffer.from(value).toString('base64'))).join(', ');
  return headers;
}

/** A name or value that gRPC does not allow is left out, as grpc-gateway does. */
function setText(metadata: Metadata, name: string, value: string): void {
  if (!/^[0-9a-z_.-]+$/.test(name) || !/^[\x20-\x7e]*$/.test(value)) return;
  metadata.set(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
}
