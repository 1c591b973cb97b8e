import { parseHttpUrl, type ParsedHttpUrl } from './parse-http-url.js';
import { createTargetRules, type HttpInputRules, type TargetRules } from './target-rules.js';

/** A URL that something may be sent to, or why not, as `parseHttpUrl` says it. */
export type OutgoingUrl =
  | (Extract<ParsedHttpUrl, { kind: 'url' }> & { readonly rules: TargetRules })
  | Pick<Extract<ParsedHttpUrl, { kind: 'problem' }>, 'kind' | 'description'>;

/** Reads a URL of a caller's that something is to be sent to. The rules are those of downloads: both let a caller have this machine connect to hosts of the caller's choice. */
export function outgoingUrl(text: string, given: HttpInputRules): OutgoingUrl {
  if (given.mode === 'off')
    return {
      kind: 'problem',
      description: 'is refused: this server connects to no web addresses for this tenant (CUTROOM_HTTP_INPUTS)',
    };
  const rules = createTargetRules(given);
  const parsed = parseHttpUrl(text, rules);
  return parsed.kind === 'problem' ? parsed : { ...parsed, rules };
}

/** Why nothing may be sent to a URL, to end a sentence about it and without its path; null: it may be. */
export function outgoingProblem(text: string, given: HttpInputRules): string | null {
  const parsed = outgoingUrl(text, given);
  return parsed.kind === 'problem' ? parsed.description : null;
}
