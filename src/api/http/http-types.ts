import type { ClientCertificate } from '../../task/authenticator.js';
import type { ByteRange } from '../../task/ports/output-store.js';

/** A request without its socket, so that handlers can be tested as functions. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** As sent: percent-encoded, without the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  /** By lower-case name; those that came several times are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null: there is none. */
  readonly body: Uint8Array | null;
  /** The unread body, on paths that take files of any size; absent on all others. */
  readonly upload?: AsyncIterable<Uint8Array>;
  /** Of the caller's connection. May be read when it is first asked for. Default: none. */
  readonly certificate?: ClientCertificate | null;
  /** `address:port` of the caller. */
  readonly peer: string;
  /** Aborted when the caller goes away. May be made when it is first asked for. */
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: HttpBody;
}

export type HttpBody =
  | { readonly kind: 'text'; readonly text: string }
  /** Text that is made over time. Pulled as fast as the caller reads; a caller that does not read for too long is cut. */
  | { readonly kind: 'stream'; readonly stream: TextStream }
  /** A file of this machine; the socket's side handles ranges and conditions. */
  | { readonly kind: 'file'; readonly path: string }
  /** Bytes from elsewhere, in order. */
  | {
      readonly kind: 'bytes';
      readonly sizeBytes: number;
      readonly read: (signal: AbortSignal, range?: ByteRange) => AsyncIterable<Uint8Array>;
      /** Of bytes that are stored: the socket's side handles ranges and conditions then. */
      readonly entity?: Entity;
    };

/** Stored bytes. */
export interface Entity {
  /** Changes with the bytes. */
  readonly version: string;
  /** When they were stored, in Unix milliseconds. */
  readonly storedMs: number;
}

/** Text that is made over time. Its taker closes it. */
export interface TextStream {
  /** The next piece; null at the end. */
  next(): Promise<string | null>;
  /** Records that the reader had stopped. @returns the last piece for it. */
  cut(): string;
  /** Ends the source of the text. Idempotent. */
  close(): void;
}

/**
 * Answers requests without a socket. Never rejects. Not always a promise: an async function that only returns one takes three more turns
 * of the queue.
 */
export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

const JSON_HEADERS = { 'content-type': 'application/json' };

/** Answers with JSON that is already text. */
export function jsonResponse(status: number, text: string, headers?: Readonly<Record<string, string>>): HttpResponse {
  return { status, headers: headers ? { ...JSON_HEADERS, ...headers } : JSON_HEADERS, body: { kind: 'text', text } };
}
