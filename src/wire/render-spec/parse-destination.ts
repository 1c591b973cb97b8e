import type { Destination, HttpDestination, S3Destination } from '../../composition/destination.js';
import type { OutputFormat, OutputSpec } from '../../composition/output-spec.js';
import type {
  Destination as WireDestination,
  HttpPut,
  OutputSpec as WireOutput,
  S3Put,
} from '../../../generated/cutroom/v1/output_spec.js';
import { at, MAX_URI_BYTES, type Place, refuse } from './fields.js';

export const MAX_HEADERS = 20;
export const MAX_HEADER_CHARACTERS = 1024;
const PRINTABLE = /^[\x20-\x7e]*$/;
/** A token of RFC 9110. */
export const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
/** Those of the connection, and of the length, which are ours to say. */
const OURS: ReadonlySet<string> = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'content-encoding', 'content-range'],
]);

/** The name of a destination of the operator's. */
export const DESTINATION_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
/** A bucket, and the prefix of its objects. */
export const BUCKET_URI = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;
const MAX_PREFIX_BYTES = 512;
/** A name within a prefix: no control character, no backslash, not `.` or `..`. */
const PREFIX_NAME = /^(?!\.{1,2}$)[^\u0000-\u001f\u007f\\/\p{Cs}]+$/u;

/** Reads where a file is put to, if anywhere. Whether something may be sent there is checked later. */
export function destinationOf(wire: WireOutput, place: Place, format: OutputFormat): Pick<OutputSpec, 'destination'> {
  const parsed = wire.destination ? parseDestination(wire.destination, at(place, 'destination'), format) : null;
  return parsed ? { destination: parsed } : {};
}

/** The second of two files would take the place of the first. In a bucket their names differ. @param known URLs by the fields that have them. */
export function refuseSameDestination({ destination }: OutputSpec, place: Place, known: Map<string, string>): void {
  if (destination?.kind !== 'http-put' || destination.url === '') return;
  const before = known.get(destination.url);
  if (before !== undefined) refuse({ ...place, field: destination.field }, `must differ from ${before}`);
  known.set(destination.url, destination.field);
}

function parseDestination({ target }: WireDestination, place: Place, format: OutputFormat): Destination | null {
  switch (target?.$case) {
    case 'httpPut':
      if (format.kind === 'hls') refuse(place, 'must have s3 for HLS, which is many files');
      return parseHttpPut(target.value, at(place, 'http_put'));
    case 's3':
      return parseS3(target.value, at(place, 's3'));
    case undefined:
      refuse(place, 'must have one of: http_put, s3');
      return null;
  }
}

function parseHttpPut({ url: given, headers }: HttpPut, place: Place): HttpDestination {
  const url = at(place, 'url');
  if (given === '') refuse(url, 'is required');
  else if (Buffer.byteLength(given) > MAX_URI_BYTES) refuse(url, `must be at most ${MAX_URI_BYTES} bytes long`);
  return { kind: 'http-put', url: given, headers: parseHeaders(headers, at(place, 'headers')), field: url.field };
}

function parseS3({ name, uri, keepExisting }: S3Put, place: Place): S3Destination {
  if (name === '') refuse(at(place, 'name'), 'is required');
  else if (!DESTINATION_NAME.test(name))
    refuse(
      at(place, 'name'),
      'must be 1 to 63 letters, digits, `.`, `_` and `-`, of which the first is a letter or a digit',
    );
  const [, bucket, path = ''] = BUCKET_URI.exec(uri) ?? [];
  const prefix = path.replace(/\/$/, '');
  const here = at(place, 'uri');
  if (uri === '') refuse(here, 'is required');
  else if (bucket === undefined) refuse(here, 'must be s3://BUCKET or s3://BUCKET/PREFIX');
  else if (Buffer.byteLength(prefix) > MAX_PREFIX_BYTES)
    refuse(here, `must have a prefix of at most ${MAX_PREFIX_BYTES} bytes`);
  else if (prefix !== '' && !prefix.split('/').every((part) => PREFIX_NAME.test(part)))
    refuse(
      here,
      'must have a prefix of names without control characters and backslashes, none of them empty, `.` or `..`',
    );
  return { kind: 's3', name, bucket: bucket ?? '', prefix, keepExisting, field: place.field };
}

function parseHeaders(given: Readonly<Record<string, string>>, place: Place): Record<string, string> {
  const entries = Object.entries(given);
  if (entries.length > MAX_HEADERS) {
    refuse(place, `must be at most ${MAX_HEADERS}, not ${entries.length}`);
    return {};
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of entries) {
    const lower = name.toLowerCase();
    const here = { ...place, field: `${place.field}[${JSON.stringify(name.slice(0, 63))}]` };
    if (!HEADER_NAME.test(name)) refuse(here, 'has a name that is no name of a header');
    else if (OURS.has(lower)) refuse(here, 'must not be set: the service sets it, or leaves it out');
    else if (value.length > MAX_HEADER_CHARACTERS || !PRINTABLE.test(value))
      refuse(here, `must be at most ${MAX_HEADER_CHARACTERS} printable ASCII characters`);
    else if (Object.hasOwn(headers, lower)) refuse(here, 'is set twice, in other letters');
    else headers[lower] = value;
  }
  return headers;
}
