import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { onAbort } from '../../task/abort.js';
import { RenderError } from '../../task/failure.js';
import type { AssetSource } from '../../task/ports/asset-source.js';
import { fetchError, type FetchPlace } from '../http/fetch-error.js';
import { tooLarge } from '../http/judge-answer.js';
import { DEFAULT_LIMITS, type DownloadLimits } from '../http/limits.js';
import { saveBody } from '../http/save-body.js';
import type { Fetched, FetchOrder } from '../input-cache/fetched.js';
import { type InputCache, NO_INPUT_CACHE } from '../input-cache/input-cache.js';
import { retrying } from '../retrying.js';
import { createBucketClients } from './bucket-client.js';
import type { ReadableBuckets } from './bucket-destination.js';
import { type BucketKey, findReadable, IN_NO_BUCKET, parseBucketKey, placesIn } from './bucket-key.js';
import { bucketProblem } from './bucket-problem.js';

export interface BucketInputsOptions {
  /** Those that the tenant may read from, at each question as the operator has it then. */
  readonly buckets: () => readonly ReadableBuckets[];
  /** The most bytes of one input. */
  readonly maxBytes: number;
  /** The limits that differ from the defaults. */
  readonly limits?: Partial<Omit<DownloadLimits, 'maxBytes'>>;
  /** Default: none. */
  readonly cache?: InputCache;
}

/** What services send that is no encoding of the content. */
const PLAIN: ReadonlySet<string> = new Set(['', 'identity', 'aws-chunked']);
/** Of a key that is not there. A bucket that is not there is the operator's fault. */
const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound', 'NoSuchVersion']);

/**
 * Inputs that are objects in buckets that the operator has opened: `s3://BUCKET/KEY`. They are downloaded by the operator's credentials, within the limits of other downloads.
 * `fetch` throws the errors of `createHttpInputs`; its messages name the bucket, and neither key nor service.
 */
export function createBucketInputs(options: BucketInputsOptions): AssetSource {
  const { buckets, maxBytes, cache = NO_INPUT_CACHE } = options;
  const limits: DownloadLimits = { ...DEFAULT_LIMITS, ...options.limits, maxBytes };
  const clientOf = createBucketClients({ connectMs: limits.connectTimeoutMs, idleMs: limits.headersTimeoutMs });
  return {
    check(uri) {
      const found = find(buckets(), uri);
      return Promise.resolve('description' in found ? { description: found.description } : null);
    },

    // An api needs no credentials for it.
    sizeOf: () => Promise.resolve(null),

    async fetch(uri, given) {
      given.signal.throwIfAborted();
      const found = find(buckets(), uri);
      // It was right at the submit, unless the operator has changed it since.
      if ('description' in found) throw new RenderError(found.reason, `this input ${found.description}`, given);
      const { at, access } = found;
      const { endpoint, region } = access;
      return cache.fetch(
        {
          source: 's3',
          identity: [endpoint, region, at.bucket, at.key],
          maxBytes,
          fetch: (order) =>
            retrying(limits.backoffMs, order.signal, () => download(clientOf(access), at, order, limits)),
        },
        given,
      );
    },
  };
}

type Found =
  | { readonly at: BucketKey; readonly access: ReadableBuckets['access'] }
  | { readonly reason: 'INPUT_NOT_FOUND' | 'INPUT_ADDRESS_REFUSED'; readonly description: string };

function find(all: readonly ReadableBuckets[], uri: string): Found {
  const at = parseBucketKey(uri);
  if (at === null)
    return {
      reason: 'INPUT_NOT_FOUND',
      description:
        'names no object; write s3://BUCKET/KEY, with the key as it is, and without `.` and `..` as names in it',
    };
  const readable = findReadable(all, at);
  if (readable !== null) return { at, access: readable.access };
  const places = placesIn(all, at.bucket);
  const description = places === '' ? IN_NO_BUCKET : `is in a bucket of which this server reads only ${places} for you`;
  return { reason: 'INPUT_ADDRESS_REFUSED', description };
}

/** One try. */
async function download(
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
