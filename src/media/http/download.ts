import { rm } from 'node:fs/promises';
import { request, type Dispatcher } from 'undici';
import { fetchError, networkError, type FetchPlace } from './fetch-error.js';
import { createGuardedAgent, type Resolve } from '../../shared/http/guarded-agent.js';
import { judgeAnswer } from './judge-answer.js';
import { MAX_REDIRECTS, type DownloadLimits } from './limits.js';
import { parseHttpUrl, type ParsedHttpUrl } from '../../shared/http/parse-http-url.js';
import { saveBody } from './save-body.js';
import type { Fetched } from '../input-cache/fetched.js';
import { conditionsFor, storabilityOf } from './validators.js';
import type { TargetRules } from '../../shared/http/target-rules.js';

export interface DownloadOptions {
  readonly rules: TargetRules;
  readonly limits: DownloadLimits;
  readonly resolve: Resolve;
  /** The validator of bytes that are here already; null: there are none. */
  readonly known: string | null;
  readonly field: string;
  readonly signal: AbortSignal;
}

type CheckedUrl = Extract<ParsedHttpUrl, { kind: 'url' }>;

/** Of every request. No compressed content: its size is not known from its length. */
export const HEADERS = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'cutroom' };

/**
 * Downloads a URL to a new file, through redirects, each of which is checked like the first. One try.
 * @throws RenderError as `createHttpInputs` says; anything when `signal` fires. There is no file then.
 */
export async function download(start: CheckedUrl, file: string, options: DownloadOptions): Promise<Fetched> {
  let at = start;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const next = await visit(at, file, options);
    if (next.kind !== 'url') return next;
    at = next;
  }
  throw fetchError('INPUT_FETCH_REFUSED', `it redirects more than ${MAX_REDIRECTS} times`, {
    field: options.field,
    host: start.url.host,
  });
}

/** Asks one host. @returns its answer, or where it sends us instead. */
async function visit(
  { url, target }: CheckedUrl,
  file: string,
  options: DownloadOptions,
): Promise<CheckedUrl | Fetched> {
  const { rules, limits, resolve, known, field, signal } = options;
  const place: FetchPlace = { field, host: url.host };
  const agent = createGuardedAgent({ target, rules, resolve, ...limits });
  try {
    const conditions = conditionsFor(url, known);
    const { statusCode, headers, body } = await ask(url, conditions, { agent, signal, place });
    const { isStorable, validator } = storabilityOf(url, headers);
    if (statusCode === 304 && Object.keys(conditions).length > 0) return { kind: 'UNCHANGED', isStorable };
    const judgement = judgeAnswer({ statusCode, headers }, limits);
    switch (judgement.kind) {
      case 'redirect':
        return redirected(judgement.location, url, options, place);
      case 'refuse':
        throw fetchError(judgement.reason, judgement.message, place);
      case 'take':
        await saveBody(body, file, { limits, place, declaredBytes: judgement.bytes });
        return { kind: 'SAVED', validator, isStorable };
    }
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    // With the connection, and the rest that may still come over it.
    await agent.destroy();
  }
}

interface Way {
  readonly agent: Dispatcher;
  readonly signal: AbortSignal;
  readonly place: FetchPlace;
}

async function ask(
  url: URL,
  conditions: Readonly<Record<string, string>>,
  { agent, signal, place }: Way,
): Promise<Dispatcher.ResponseData> {
  try {
    const response = await request(url, { dispatcher: agent, signal, headers: { ...HEADERS, ...conditions } });
    // A body that nobody reads is cut with its connection; that is no event.
    response.body.on('error', () => undefined);
    return response;
  } catch (error) {
    throw networkError(error, place);
  }
}

function redirected(location: string, from: URL, { rules, field }: DownloadOptions, place: FetchPlace): CheckedUrl {
  const next = parseHttpUrl(location, rules, from.href);
  if (next.kind === 'problem')
    throw fetchError(next.reason, `it redirects to a URL that ${next.description}`, { ...place, field });
  return next;
}
