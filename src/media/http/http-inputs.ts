import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { RenderError } from '../../task/failure.js';
import type { AssetSource } from '../../task/ports/asset-source.js';
import { delay } from '../../task/wait.js';
import { tooLargeTogether } from '../budgeted-assets.js';
import { download } from './download.js';
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

    async fetch(uri, { field, signal, folder, maxBytes: left = Infinity }) {
      signal.throwIfAborted();
      const given = rulesNow();
      const rules = createTargetRules(given);
      const parsed = parse(uri, given, rules);
      if (parsed.kind === 'problem')
        throw new RenderError(parsed.reason, `this input ${parsed.description}`, { field });
      await mkdir(folder, { recursive: true });
      const file = path.join(folder, randomUUID());
      const within = { ...limits, maxBytes: Math.min(maxBytes, left) };
      const options = { rules, limits: within, resolve, field, signal };
      try {
        await retrying(limits.backoffMs, signal, () => download(parsed, file, options));
      } catch (error) {
        if (left < maxBytes && error instanceof RenderError && error.failure.reason === 'INPUT_TOO_LARGE')
          throw tooLargeTogether(field);
        throw error;
      }
      return file;
    },
  };
}

/** Repeats an attempt after an error that may pass, with these pauses. @throws the last error; the reason of `signal` as soon as it fires. */
async function retrying(
  backoffMs: readonly number[],
  signal: AbortSignal,
  attempt: () => Promise<void>,
): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await attempt();
      return;
    } catch (error) {
      signal.throwIfAborted();
      const pauseMs = backoffMs[tries];
      const mayPass = error instanceof RenderError && error.failure.reason === 'INPUT_FETCH_FAILED';
      if (!mayPass || pauseMs === undefined) throw error;
      await delay(pauseMs, signal);
      signal.throwIfAborted();
    }
  }
}
