import { AddressRefusedError } from './guarded-agent.js';

/** Why a request came to nothing. `description` is a clause for people, without any part of the URL. */
export interface NetworkProblem {
  readonly kind: 'address-refused' | 'not-trusted' | 'timeout' | 'failed';
  readonly description: string;
}

/**
 * The problem behind an error of the network. It has the code of the original error and nothing else of it: errors of HTTP parsers and URLs contain
 * the request.
 */
export function networkProblem(error: unknown): NetworkProblem {
  const refused = causesOf(error).find((cause) => cause instanceof AddressRefusedError);
  if (refused) return { kind: 'address-refused', description: refused.description };
  const code =
    causesOf(error)
      .map(codeOf)
      .find((found) => found !== '') ?? 'unknown error';
  if (UNTRUSTED.test(code)) return { kind: 'not-trusted', description: `its certificate is not trusted (${code})` };
  return {
    kind: TIMEOUTS.has(code) ? 'timeout' : 'failed',
    description: WORDS[code] ?? `the connection failed (${code})`,
  };
}

/** Node's error codes for a certificate without a trusted issuer, or for another name or time. */
const UNTRUSTED = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/;

const TIMEOUTS: ReadonlySet<string> = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'ETIMEDOUT']);

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
