import { Readable } from 'node:stream';
import { request } from 'undici';
import type { HttpDestination } from '../../composition/destination.js';
import { createGuardedAgent, type Resolve, systemResolve } from '../../shared/http/guarded-agent.js';
import { networkProblem } from '../../shared/http/network-problem.js';
import { outgoingProblem, outgoingUrl } from '../../shared/http/outgoing-url.js';
import type { HttpInputRules } from '../../shared/http/target-rules.js';
import type { Violation } from '../../composition/violation.js';
import type { UploadOrder, UploadOutcome } from '../../task/ports/output-uploader.js';

export interface HttpUploaderOptions {
  /** The rules of downloads, asked at each use: both let a caller have this machine connect to hosts of the caller's choice. */
  readonly rules: () => HttpInputRules;
  /** How long the receiver may take no bytes, or leave a whole file unanswered. Default: 60 s. */
  readonly idleMs?: number;
  /** Default: the system's. */
  readonly resolve?: Resolve;
}

const IDLE_MS = 60_000;
/** What is read of an answer: it says nothing that its status does not. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** Statuses that may pass: the receiver is busy, or timed out. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** The part of the port that is about HTTP. */
export interface HttpUploader {
  check(destination: HttpDestination): Violation | null;
  put(order: HttpOrder, signal: AbortSignal): Promise<UploadOutcome>;
}

export interface HttpOrder extends Omit<UploadOrder, 'name' | 'sha256' | 'attempt'> {
  readonly destination: HttpDestination;
}

/** Puts files by HTTP. Redirects are not followed. */
export function createHttpUploader({
  rules,
  idleMs = IDLE_MS,
  resolve = systemResolve,
}: HttpUploaderOptions): HttpUploader {
  async function put(order: HttpOrder, signal: AbortSignal): Promise<UploadOutcome> {
    const parsed = outgoingUrl(order.destination.url, rules());
    if (parsed.kind === 'problem') return { kind: 'REFUSED', description: `the URL ${parsed.description}` };
    const { url } = parsed;
    const agent = createGuardedAgent({
      ...{ target: parsed.target, rules: parsed.rules, resolve },
      ...{ connectTimeoutMs: idleMs, headersTimeoutMs: idleMs },
    });
    const idle = idleTimer(idleMs);
    const taken = { bytes: 0 };
    try {
      const answer = await request(url, {
        method: 'PUT',
        dispatcher: agent,
        signal: AbortSignal.any([signal, idle.signal]),
        headers: headersOf(order),
        body: Readable.from(watched(order.read(signal), idle.touch, taken), { objectMode: false }),
      });
      await answer.body.dump({ limit: MAX_ANSWER_BYTES }).catch(() => undefined);
      const outcome = outcomeOf(answer.statusCode, url);
      if (outcome.kind === 'DONE' && taken.bytes < order.sizeBytes)
        return { kind: 'FAILED', description: `it answered ${answer.statusCode} before it had taken the whole file` };
      return outcome;
    } catch (error) {
      signal.throwIfAborted();
      if (idle.signal.aborted) return { kind: 'FAILED', description: 'it takes no bytes, or does not answer, in time' };
      const { kind, description } = networkProblem(error);
      return { kind: kind === 'address-refused' || kind === 'not-trusted' ? 'REFUSED' : 'FAILED', description };
    } finally {
      idle.stop();
      await agent.destroy();
    }
  }

  return {
    check({ url, field }) {
      const description = outgoingProblem(url, rules());
      return description === null ? null : { field, description };
    },
    put,
  };
}

function headersOf({ destination, contentType, sizeBytes, md5 }: HttpOrder): Record<string, string> {
  return {
    'user-agent': 'cutroom',
    'content-type': contentType,
    'content-md5': md5,
    ...destination.headers,
    'content-length': String(sizeBytes),
  };
}

function outcomeOf(status: number, { origin, pathname }: URL): UploadOutcome {
  // The rest of the URL may be a signature.
  if (status >= 200 && status < 300) return { kind: 'DONE', url: origin + pathname };
  const description = `it answered ${status}`;
  if (status >= 300 && status < 400)
    return { kind: 'REFUSED', description: `${description}, a redirect, which is not followed` };
  return { kind: status >= 500 || PASSING.has(status) ? 'FAILED' : 'REFUSED', description };
}

/** Aborts when it is not touched for so long. */
function idleTimer(ms: number): {
  readonly signal: AbortSignal;
  readonly touch: () => void;
  readonly stop: () => void;
} {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort();
  }, ms);
  return {
    signal: controller.signal,
    touch: () => timer.refresh(),
    stop: () => {
      clearTimeout(timer);
    },
  };
}

/** Bytes are asked for as the receiver takes them. */
async function* watched(
  bytes: AsyncIterable<Uint8Array>,
  onBytes: () => void,
  taken: { bytes: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    onBytes();
    // Before it goes: an answer may come sooner than the next is asked for.
    taken.bytes += chunk.length;
    yield chunk;
  }
  onBytes();
}
