import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Tells whether an answer may be kept, and how its server recognises it later. RFC 9111, RFC 9110. */
export interface Storability {
  readonly isStorable: boolean;
  /** Null: there is none that stands for these very bytes. */
  readonly validator: string | null;
}

/** As it is kept. */
interface Validator {
  /** A hash of the URL that gave the answer, behind all redirects: the URL may be signed. */
  readonly url: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

/** RFC 9110, section 8.8.3: without `W/`, which would stand for bytes of the same meaning. */
const STRONG_ETAG = /^"[\x21\x23-\x7e\x80-\xff]{0,512}"$/;
const LAST_MODIFIED = /^[\x20-\x7e]{1,64}$/;
/** A file may be changed twice in a second, and its server's clocks may differ: RFC 9110, section 8.8.2.2. */
const SETTLED_MS = 60_000;

/** Decides by the headers of a whole answer of status 200, or of 304. We are a private cache, one for each tenant, that asks the server each time. */
export function storabilityOf(url: URL, headers: IncomingHttpHeaders): Storability {
  const isStorable = !directivesOf(headers).includes('no-store') && headers.vary?.trim() !== '*';
  if (!isStorable) return { isStorable, validator: null };
  // A body that just ends with its connection may have been cut.
  const isWhole = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  const validator = isWhole ? validatorOf(headers) : null;
  return { isStorable, validator: validator && JSON.stringify({ url: hashOf(url), ...validator }) };
}

/** The headers that ask whether kept bytes are still right; none for a URL that did not send them. */
export function conditionsFor(url: URL, known: string | null): Record<string, string> {
  if (known === null) return {};
  const { url: from, etag, lastModified } = JSON.parse(known) as Validator;
  if (from !== hashOf(url)) return {};
  if (etag !== undefined) return { 'if-none-match': etag };
  return lastModified === undefined ? {} : { 'if-modified-since': lastModified };
}

function directivesOf({ 'cache-control': given = '' }: IncomingHttpHeaders): string[] {
  return given.split(',').map((directive) => directive.trim().toLowerCase());
}

function validatorOf(headers: IncomingHttpHeaders): Omit<Validator, 'url'> | null {
  const { etag, 'last-modified': lastModified, date } = headers;
  if (etag !== undefined && STRONG_ETAG.test(etag)) return { etag };
  if (lastModified === undefined || date === undefined || !LAST_MODIFIED.test(lastModified)) return null;
  return Date.parse(date) - Date.parse(lastModified) >= SETTLED_MS ? { lastModified } : null;
}

function hashOf({ href }: URL): string {
  return createHash('sha256').update(href).digest('hex');
}
