import { HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import type { S3Destination } from '../../composition/destination.js';
import type { Violation } from '../../composition/violation.js';
import type { UploadOrder, UploadOutcome } from '../../task/ports/output-uploader.js';
import { createBucketClients } from './bucket-client.js';
import { type BucketDestination, isWithin } from './bucket-destination.js';
import { bucketProblem } from './bucket-problem.js';
import { type ObjectOrder, putObject } from './put-object.js';

export interface S3UploaderOptions {
  /** A destination that the tenant may use, by its name, at each question as the operator has it then; null: there is none. */
  readonly find: (name: string) => BucketDestination | null;
  /** How long a service may take no bytes, or leave a request unanswered. Default: 60 s. */
  readonly idleMs?: number;
  /** Of larger uploads. Default: 16 MiB, the least that services take is 5 MiB. */
  readonly partBytes?: number;
}

const CONNECT_MS = 10_000;
const IDLE_MS = 60_000;
const UNKNOWN = 'is no destination that this server has for you; its operator names them';

/** The part of the port that is about buckets. */
export interface S3Uploader {
  check(destination: S3Destination): Violation | null;
  put(order: S3Order, signal: AbortSignal): Promise<UploadOutcome>;
}

export interface S3Order extends Omit<UploadOrder, 'md5'> {
  readonly destination: S3Destination;
}

/** Puts files to buckets with credentials of the operator's. */
export function createS3Uploader({ find, idleMs = IDLE_MS, partBytes }: S3UploaderOptions): S3Uploader {
  const clientOf = createBucketClients({ connectMs: Math.min(CONNECT_MS, idleMs), idleMs });

  function check(destination: S3Destination): Violation | null {
    const { name, bucket, field } = destination;
    const known = find(name);
    if (known === null) return { field: `${field}.name`, description: UNKNOWN };
    if (isWithin(known, destination)) return null;
    const others = known.places.filter((place) => place.bucket === bucket);
    const within = others.map(({ prefix }) => `s3://${bucket}/${prefix}`).join(', ');
    const fix = within === '' ? 'is in no bucket of this destination' : `must be within ${within}`;
    return { field: `${field}.uri`, description: fix };
  }

  return {
    check,
    async put(order, signal) {
      const { destination } = order;
      const known = find(destination.name);
      const violation = check(destination);
      // It was there at the submit, unless the operator has changed it since.
      if (known === null || violation !== null)
        return { kind: 'REFUSED', description: 'its operator does not let it be used any more' };
      try {
        return await putTo({ client: clientOf(known), known, order, ...(partBytes && { partBytes }) }, signal);
      } catch (error) {
        signal.throwIfAborted();
        return bucketProblem(error);
      }
    },
  };
}

interface Upload {
  readonly client: S3Client;
  readonly known: BucketDestination;
  readonly order: S3Order;
  readonly partBytes?: number;
}

async function putTo(upload: Upload, signal: AbortSignal): Promise<UploadOutcome> {
  const { client, order } = upload;
  const { bucket, prefix, keepExisting } = order.destination;
  const key = prefix === '' ? order.name : `${prefix}/${order.name}`;
  const done: UploadOutcome = { kind: 'DONE', url: `s3://${bucket}/${key}` };
  const place = { Bucket: bucket, Key: key };
  let condition: ObjectOrder['condition'] = {};
  if (keepExisting) {
    const room = roomFor(await headOf(client, place, signal), order);
    if (room === 'DONE') return done;
    if ('kind' in room) return room;
    condition = room;
  }
  const target = { ...place, ...headersOf(upload) };
  const { sizeBytes, read } = order;
  const etag = await putObject(client, { ...upload, target, condition, sizeBytes, read }, signal);
  const { ContentLength, ETag } = await client.send(new HeadObjectCommand(place), { abortSignal: signal });
  if (ContentLength !== sizeBytes)
    return { kind: 'FAILED', description: `it has ${ContentLength ?? 0} of ${sizeBytes} bytes` };
  if (ETag !== etag) return { kind: 'FAILED', description: 'another object took its place at once' };
  return done;
}

const METADATA = { sha256: 'cutroom-sha256', task: 'cutroom-task', fence: 'cutroom-fence' } as const;

function headersOf({ known: { encryption, kmsKey }, order: { contentType, sha256, attempt } }: Upload) {
  return {
    ContentType: contentType,
    Metadata: {
      [METADATA.sha256]: sha256,
      [METADATA.task]: attempt.key.id,
      [METADATA.fence]: String(attempt.fence),
    },
    ...(encryption === null ? {} : { ServerSideEncryption: encryption }),
    ...(kmsKey === null ? {} : { SSEKMSKeyId: kmsKey }),
  };
}

/**
 * The condition on which a file may take its place where others are kept: that there is none, or that it is still the one of an earlier attempt of the same task.
 * @param there null: none, or the credentials do not let it be seen; then the condition shows it.
 */
function roomFor(
  there: HeadObjectCommandOutput | null,
  { sizeBytes, sha256, attempt }: S3Order,
): 'DONE' | Exclude<UploadOutcome, { kind: 'DONE' }> | ObjectOrder['condition'] {
  if (there === null) return { IfNoneMatch: '*' };
  const { ContentLength, ETag, Metadata = {} } = there;
  if (Metadata[METADATA.task] !== attempt.key.id)
    return { kind: 'REFUSED', description: 'an object of this name is there already, and is kept' };
  if (Number(Metadata[METADATA.fence]) > attempt.fence)
    return { kind: 'FAILED', description: 'a later attempt has put its own' };
  if (Metadata[METADATA.sha256] === sha256 && ContentLength === sizeBytes) return 'DONE';
  return { IfMatch: ETag };
}

async function headOf(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
  signal: AbortSignal,
): Promise<HeadObjectCommandOutput | null> {
  try {
    return await client.send(new HeadObjectCommand(place), { abortSignal: signal });
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    // 403: there is none, for credentials that may not list the bucket.
    if (status === 404 || status === 403) return null;
    throw error;
  }
}
