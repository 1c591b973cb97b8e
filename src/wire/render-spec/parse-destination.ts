import type { Destination } from '../../composition/destination.js';
import type { OutputFormat, OutputSpec } from '../../composition/output-spec.js';
import type {
  Destination as WireDestination,
  OutputSpec as WireOutput,
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

/** Reads where a file is put to, if anywhere. Whether something may be sent there is checked later. */
export function destinationOf(wire: WireOutput, place: Place, format: OutputFormat): Pick<OutputSpec, 'destination'> {
  const parsed = wire.destination ? parseDestination(wire.destination, at(place, 'destination'), format) : null;
  return parsed ? { destination: parsed } : {};
}

/** The second of two files would take the place of the first. @param known URLs by the fields that have them. */
export function refuseSameDestination({ destination }: OutputSpec, place: Place, known: Map<string, string>): void {
  if (!destination || destination.url === '') return;
  const before = known.get(destination.url);
  if (before !== undefined) refuse({ ...place, field: destination.field }, `must differ from ${before}`);
  known.set(destination.url, destination.field);
}

function parseDestination(wire: WireDestination, place: Place, format: OutputFormat): Destination | null {
  if (format.kind === 'hls') refuse(place, 'must not be set for HLS, which is many files');
  if (wire.target === undefined) {
    refuse(place, 'must have one of: http_put');
    return null;
  }
  const here = at(place, 'http_put');
  const url = at(here, 'url');
  const { value } = wire.target;
  if (value.url === '') refuse(url, 'is required');
  else if (Buffer.byteLength(value.url) > MAX_URI_BYTES) refuse(url, `must be at most ${MAX_URI_BYTES} bytes long`);
  return { url: value.url, headers: parseHeaders(value.headers, at(here, 'headers')), field: url.field };
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
