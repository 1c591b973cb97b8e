import { RenderError, type FailureReason } from '../../task/failure.js';
import { AddressRefusedError } from './guarded-agent.js';

/** Which input is fetched, and from where, for messages: a host and a field, never the URL, whose query may be a key. */
export interface FetchPlace {
  readonly field: string;
  /** With its port where that is unusual. */
  readonly host: string;
}

/** The error of a fetch. */
export function fetchError(reason: FailureReason, message: string, { field, host }: FetchPlace): RenderError {
  return new RenderError(reason, `this input could not be fetched from ${host}: ${message}`, { field });
}

/**
 * The error of the network. Its message has the code of the original error, and it carries no cause: a cause would end in the log, and
 * errors of HTTP parsers and URLs contain the request.
 */
export function networkError(error: unknown, place: FetchPlace): RenderError {
  const refused = causesOf(error).find((cause) => cause instanceof AddressRefusedError);
  if (refused) return fetchError('INPUT_ADDRESS_REFUSED', `the host ${refused.description}`, place);
  const code =
    causesOf(error)
      .map(codeOf)
      .find((found) => found !== '') ?? 'unknown error';
  if (UNTRUSTED.test(code)) return fetchError('INPUT_FETCH_REFUSED', `its certificate is not trusted (${code})`, place);
  return fetchError('INPUT_FETCH_FAILED', WORDS[code] ?? `the connection failed (${code})`, place);
}

/** Node's error codes for a certificate without a trusted issuer, or for another name or time. */
const UNTRUSTED = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/;

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'its name server does not answer',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it cut the connection',
  UND_ERR_SOCKET: 'it cut the connection',
  UND_ERR_CONNECT_TIMEOUT: 'it cannot be reached in time',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer in time',
};

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let at = error; at instanceof Error && !causes.includes(at); at = at.cause) {
    causes.push(at);
    // The errors of several addresses.
    if (at instanceof AggregateError) causes.push(...at.errors.filter((each): each is Error => each instanceof Error));
  }
  return causes;
}

function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : '';
}
