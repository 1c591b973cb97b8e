import { networkProblem } from '../../shared/http/network-problem.js';
import type { UploadOutcome } from '../../task/ports/output-uploader.js';

/** Statuses that may pass: the service is busy, another write was under way, or a condition held no more. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 412, 425, 429]);
/** The same by code: bytes that arrived changed, and credentials that have to be fetched anew. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  ...['BadDigest', 'ExpiredToken', 'IncompleteBody', 'RequestTimeout', 'SlowDown', 'XAmzContentSHA256Mismatch'],
]);
/** A code is a word; anything else is text of the service, which may hold what it was sent. */
const CODE = /^[A-Za-z]{1,48}$/;
const WITHOUT_CODE: ReadonlySet<string> = new Set(['Error', 'Unknown', 'UnknownError']);

/** The end of an upload by an error of the SDK. The description has the status and code of the answer, and nothing else of it. */
export function bucketProblem(error: unknown): Exclude<UploadOutcome, { kind: 'DONE' }> {
  const { name, $metadata } = error as { readonly name?: string; readonly $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  const code = name !== undefined && CODE.test(name) && !WITHOUT_CODE.has(name) ? name : '';
  if (status !== undefined) {
    const description = `it answered ${status}${code === '' ? '' : ` ${code}`}`;
    // Not implemented: a condition or a header that it does not know.
    const passes = (status >= 500 && status !== 501) || PASSING.has(status) || PASSING_CODES.has(code);
    return { kind: passes ? 'FAILED' : 'REFUSED', description };
  }
  if (code === 'CredentialsProviderError')
    return { kind: 'FAILED', description: 'the service has no credentials for it, which its operator must set up' };
  if (code === 'TimeoutError') return { kind: 'FAILED', description: 'it takes no bytes, or does not answer, in time' };
  return { kind: 'FAILED', description: networkProblem(error).description };
}
