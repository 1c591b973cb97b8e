import type { IncomingHttpHeaders } from 'node:http';
import type { FailureReason } from '../../task/failure.js';

/** The head of an answer. */
export interface AnswerHead {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
}

/** The decision about an answer. */
export type Judgement =
  /** Take its body. `bytes`: its declared length; null: none. */
  | { readonly kind: 'take'; readonly bytes: number | null }
  | { readonly kind: 'redirect'; readonly location: string }
  /** Give up; `message` is for people. */
  | { readonly kind: 'refuse'; readonly reason: FailureReason; readonly message: string };

const REDIRECTS = [301, 302, 303, 307, 308];
const GONE = [404, 410];
/** Status codes of the client's faults that pass: too slow, too early, too many. */
const PASSING = [408, 425, 429];

/** Decides by status and headers alone. Only an error that may pass becomes INPUT_FETCH_FAILED, which is tried again. */
export function judgeAnswer(
  { statusCode, headers }: AnswerHead,
  { maxBytes }: { readonly maxBytes: number },
): Judgement {
  const answered = `it answered ${statusCode}`;
  if (REDIRECTS.includes(statusCode) && headers.location !== undefined)
    return { kind: 'redirect', location: headers.location };
  if (GONE.includes(statusCode)) return { kind: 'refuse', reason: 'INPUT_NOT_FOUND', message: answered };
  if (statusCode >= 500 || PASSING.includes(statusCode))
    return { kind: 'refuse', reason: 'INPUT_FETCH_FAILED', message: answered };
  if (statusCode !== 200) return { kind: 'refuse', reason: 'INPUT_FETCH_REFUSED', message: answered };
  const encoding = headers['content-encoding'] ?? 'identity';
  // Not asked for: the size of unpacked content is not known from its length.
  if (encoding !== 'identity' && encoding !== '')
    return {
      kind: 'refuse',
      reason: 'INPUT_FETCH_REFUSED',
      message: 'it sends compressed content, which was not asked for',
    };
  const length = headers['content-length'];
  const bytes = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : null;
  if (bytes !== null && bytes > maxBytes)
    return { kind: 'refuse', reason: 'INPUT_TOO_LARGE', message: tooLarge(maxBytes) };
  return { kind: 'take', bytes };
}

/** The message for an input above the limit. */
export function tooLarge(maxBytes: number): string {
  return `it has more than the ${Math.floor(maxBytes / 1024 ** 2)} MiB that one input may have`;
}
