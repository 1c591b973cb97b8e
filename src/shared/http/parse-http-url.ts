import type { Target, TargetRules } from './target-rules.js';

/** A URL that may be asked for, or why not: words that end a sentence about it, without its path and query, which may be signed. */
export type ParsedHttpUrl =
  | { readonly kind: 'url'; readonly url: URL; readonly target: Target }
  | {
      readonly kind: 'problem';
      readonly reason: 'INPUT_NOT_FOUND' | 'INPUT_ADDRESS_REFUSED';
      readonly description: string;
    };

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Reads an http or https URL as a browser does, so that `http://0x7f.1/` is seen to be 127.0.0.1, and checks where it leads, as far as that
 * can be decided without asking a name server.
 * @param base the base of a relative URL, such as that of a redirect.
 */
export function parseHttpUrl(uri: string, rules: TargetRules, base?: string): ParsedHttpUrl {
  if (!URL.canParse(uri, base)) return problem('INPUT_NOT_FOUND', 'is no valid URL; write https://host/path');
  const url = new URL(uri, base);
  const defaultPort = DEFAULT_PORTS[url.protocol];
  if (defaultPort === undefined)
    return problem('INPUT_ADDRESS_REFUSED', `has a scheme that is not served: ${url.protocol.slice(0, -1)}`);
  // They would end in logs and caches on the way.
  if (url.username !== '' || url.password !== '')
    return problem('INPUT_ADDRESS_REFUSED', 'has a user name or password in it, which are not sent; use a signed URL');
  const target: Target = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPort : Number(url.port),
  };
  if (target.port === 0) return problem('INPUT_ADDRESS_REFUSED', 'has port 0, which nothing listens on');
  const refused = rules.hostProblem(target);
  if (refused !== null) return problem('INPUT_ADDRESS_REFUSED', `leads to ${url.host}, which ${refused}`);
  // Never sent, and so no part of the request.
  url.hash = '';
  return { kind: 'url', url, target };
}

function problem(reason: 'INPUT_NOT_FOUND' | 'INPUT_ADDRESS_REFUSED', description: string): ParsedHttpUrl {
  return { kind: 'problem', reason, description };
}
