import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { onAbort } from '../../task/abort.js';
import type { RenderError } from '../../task/failure.js';
import { fetchError, type FetchPlace } from '../http/fetch-error.js';
import { tooLarge } from '../http/judge-answer.js';
import type { DownloadLimits } from '../http/limits.js';
import { saveBody } from '../http/save-body.js';
import type { Fetched, FetchOrder } from '../input-cache/fetched.js';
import { createBucketClients } from './bucket-client.js';
import type { BucketAccess } from './bucket-destination.js';
import type { BucketKey } from './bucket-key.js';
import { bucketProblem } from './bucket-problem.js';

/** What services send that is no encoding of the content. */
const PLAIN: ReadonlySet<string> = new Set(['', 'identity', 'aws-chunked']);
/** Of a key that is not there. A bucket that is not there is the operator's fault. */
const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound', 'NoSuchVersion']);

/** Downloads an object, in one try. @throws RenderError as `createHttpInputs` does. */
export type BucketDownload = (access: BucketAccess, at: BucketKey, order: FetchOrder) => Promise<Fetched>;

export function createBucketDownload(limits: DownloadLimits): BucketDownload {
  const clientOf = createBucketClients({ connectMs: limits.connectTimeoutMs, idleMs: limits.headersTimeoutMs });
  return (access, at, order) => downloadOnce(clientOf(access), at, order, limits);
}

async function downloadOnce(
  client: S3Client,
  { bucket, key }: BucketKey,
  { file, known, maxBytes, field, signal }: FetchOrder,
  limits: DownloadLimits,
): Promise<Fetched> {
  const place: FetchPlace = { field, host: `the bucket ${bucket}` };
  const condition = known === null ? {} : { IfNoneMatch: known };
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...condition });
  let answer: GetObjectCommandOutput;
  try {
    answer = await client.send(command, { abortSignal: signal });
  } catch (error) {
    signal.throwIfAborted();
    // Only asked for with a condition.
    if (statusOf(error) === 304 && known !== null) return { kind: 'UNCHANGED', isStorable: true };
    throw failed(error, place);
  }
  const body = answer.Body as Readable;
  // One that nobody reads is cut with its connection; that is no event.
  body.on('error', () => undefined);
  const leave = onAbort(signal, () => {
    body.destroy(signal.reason as Error);
  });
  try {
    const { ContentEncoding = '', ContentLength = null, ETag, CacheControl = '' } = answer;
    if (!PLAIN.has(ContentEncoding.toLowerCase()))
      throw fetchError('INPUT_FETCH_REFUSED', 'the object is stored compressed; store it as it is', place);
    if (ContentLength !== null && ContentLength > maxBytes)
      throw fetchError('INPUT_TOO_LARGE', tooLarge(limits.maxBytes), place);
    await saveBody(body, file, { limits: { ...limits, maxBytes }, place, declaredBytes: ContentLength });
    return { kind: 'SAVED', validator: ETag ?? null, isStorable: !/\bno-store\b/i.test(CacheControl) };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    leave();
    body.destroy();
  }
}

function failed(error: unknown, place: FetchPlace): RenderError {
  const { kind, description } = bucketProblem(error);
  if (statusOf(error) === 404 && MISSING.has((error as Error).name))
    return fetchError('INPUT_NOT_FOUND', description, place);
  if (kind === 'FAILED') return fetchError('INPUT_FETCH_FAILED', description, place);
  const hint = statusOf(error) === 403 ? '; a key that is not there may be answered so, too' : '';
  return fetchError('INPUT_FETCH_REFUSED', description + hint, place);
}

function statusOf(error: unknown): number | undefined {
  return (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
