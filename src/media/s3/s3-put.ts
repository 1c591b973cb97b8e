import { HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import type { S3Destination } from '../../composition/destination.js';
import type { UploadOrder, UploadOutcome } from '../../task/ports/output-uploader.js';
import { type BucketTimeouts, createBucketClients } from './bucket-client.js';
import type { BucketDestination } from './bucket-destination.js';
import { type ObjectOrder, putObject } from './put-object.js';

export interface S3Order extends Omit<UploadOrder, 'md5'> {
  readonly destination: S3Destination;
}

/** Puts a file to its destination, in one try. @throws the error of the SDK; the reason of `signal`. */
export type S3Put = (known: BucketDestination, order: S3Order, signal: AbortSignal) => Promise<UploadOutcome>;

/** @param partBytes of larger uploads; absent: as `putObject` does it. */
export function createS3Put(timeouts: BucketTimeouts, partBytes?: number): S3Put {
  const clientOf = createBucketClients(timeouts);
  return (known, order, signal) =>
    put({ client: clientOf(known), known, order, ...(partBytes && { partBytes }) }, signal);
}

interface Upload {
  readonly client: S3Client;
  readonly known: BucketDestination;
  readonly order: S3Order;
  readonly partBytes?: number;
}

async function put(upload: Upload, signal: AbortSignal): Promise<UploadOutcome> {
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
