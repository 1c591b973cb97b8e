import { RenderError } from '../../task/failure.js';
import type { AssetSource } from '../../task/ports/asset-source.js';
import type { FetchOrder } from '../input-cache/fetched.js';
import { type InputCache, NO_INPUT_CACHE } from '../input-cache/input-cache.js';
import { retrying } from '../retrying.js';
import { download, HEADERS } from './download.js';
import { systemResolve, type Resolve } from '../../shared/http/guarded-agent.js';
import { DEFAULT_LIMITS, type DownloadLimits } from './limits.js';
import { parseHttpUrl } from '../../shared/http/parse-http-url.js';
import { createTargetRules, type HttpInputRules, type TargetRules } from '../../shared/http/target-rules.js';

export interface HttpInputsOptions {
  /** Asked at each use: they may change. */
  readonly rules: () => HttpInputRules;
  /** The most bytes of one input. */
  readonly maxBytes: number;
  /** The limits that differ from the defaults. */
  readonly limits?: Partial<Omit<DownloadLimits, 'maxBytes'>>;
  /** Default: the system's. */
  readonly resolve?: Resolve;
  /** Default: none. */
  readonly cache?: InputCache;
}

/**
 * Inputs that are http and https URLs: downloaded whole into the caller's folder, so that ffmpeg never touches the network. docs/adr/0004-http-inputs.md
 * lists the refusals and their reasons. `fetch` throws, beside the errors of the port, INPUT_ADDRESS_REFUSED, INPUT_FETCH_REFUSED,
 * INPUT_FETCH_FAILED (after some tries) and INPUT_TOO_LARGE; its messages name the host and nothing else of the URL.
 */
export function createHttpInputs({
  rules: rulesNow,
  maxBytes,
  limits: changed,
  resolve = systemResolve,
  cache = NO_INPUT_CACHE,
}: HttpInputsOptions): AssetSource {
  const limits: DownloadLimits = { ...DEFAULT_LIMITS, ...changed, maxBytes };
  const parse = (uri: string, given: HttpInputRules, rules: TargetRules): ReturnType<typeof parseHttpUrl> =>
    given.mode === 'off'
      ? {
          kind: 'problem',
          reason: 'INPUT_ADDRESS_REFUSED',
          description: 'is a web address, and this server fetches none; name a file within its input roots',
        }
      : parseHttpUrl(uri, rules);

  return {
    check(uri) {
      const given = rulesNow();
      const parsed = parse(uri, given, createTargetRules(given));
      return Promise.resolve(parsed.kind === 'problem' ? { description: parsed.description } : null);
    },

    // No host is asked for it.
    sizeOf: () => Promise.resolve(null),

    async fetch(uri, options) {
      options.signal.throwIfAborted();
      const given = rulesNow();
      const rules = createTargetRules(given);
      const parsed = parse(uri, given, rules);
      if (parsed.kind === 'problem')
        throw new RenderError(parsed.reason, `this input ${parsed.description}`, { field: options.field });
      const input = {
        source: 'http' as const,
        identity: [parsed.url.href, HEADERS],
        maxBytes,
        fetch: ({ file, ...order }: FetchOrder) =>
          retrying(limits.backoffMs, order.signal, () =>
            download(parsed, file, { ...order, rules, resolve, limits: { ...limits, maxBytes: order.maxBytes } }),
          ),
      };
      return cache.fetch(input, options);
    },
  };
}
