import type { IncomingHttpHeaders } from 'node:http';
import fresh from 'fresh';
import parseRange from 'range-parser';
import type { ByteRange } from '../../task/ports/output-store.js';
import type { Entity } from './http-types.js';

/** How stored bytes are answered. */
export interface EntityAnswer {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string | number>>;
  /** The bytes to send; null: none. */
  readonly range: ByteRange | null;
}

/** Decides by the conditions and the range of a request (RFC 9110, 13 and 14). Of several ranges all bytes are sent, as the RFC allows. */
export function entityAnswer(
  request: IncomingHttpHeaders,
  { version, storedMs }: Entity,
  sizeBytes: number,
): EntityAnswer {
  const headers = {
    'accept-ranges': 'bytes',
    etag: `"${version.replace(/[^\x21\x23-\x7e]/g, '')}"`,
    'last-modified': new Date(storedMs).toUTCString(),
  };
  if (fresh(request, headers)) return { status: 304, headers, range: null };
  const whole: EntityAnswer = {
    status: 200,
    headers: { ...headers, 'content-length': sizeBytes },
    range: sizeBytes === 0 ? null : { start: 0, end: sizeBytes - 1 },
  };
  if (request.range === undefined || !isSameEntity(request['if-range'], headers)) return whole;
  const ranges = parseRange(sizeBytes, request.range, { combine: true });
  if (ranges === -1)
    return { status: 416, headers: { ...headers, 'content-range': `bytes */${sizeBytes}` }, range: null };
  const [range, ...more] = ranges === -2 || ranges.type !== 'bytes' ? [] : ranges;
  if (range === undefined || more.length > 0) return whole;
  const { start, end } = range;
  return {
    status: 206,
    headers: { ...headers, 'content-length': end - start + 1, 'content-range': `bytes ${start}-${end}/${sizeBytes}` },
    range: { start, end },
  };
}

/** Whether the part that a caller has is of these bytes. */
function isSameEntity(
  ifRange: string | string[] | undefined,
  headers: { etag: string; 'last-modified': string },
): boolean {
  if (typeof ifRange !== 'string') return true;
  return ifRange.startsWith('"')
    ? ifRange === headers.etag
    : Date.parse(ifRange) >= Date.parse(headers['last-modified']);
}
