import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** Parts of a larger upload, each of which is in memory while it is sent; ten thousand of them are 160 GB. */
const PART_BYTES = 16 * 1024 * 1024;
const MAX_PARTS = 10_000;
const PARTS_AT_ONCE = 3;
/** How long it is tried to take back an upload that failed; a lifecycle rule of the bucket removes those that stay. */
const ABORT_MS = 5_000;

export interface ObjectOrder {
  /** Bucket, key and the headers of the object. */
  readonly target: Required<Pick<PutObjectCommandInput, 'Bucket' | 'Key'>> &
    Pick<PutObjectCommandInput, 'ContentType' | 'Metadata' | 'ServerSideEncryption' | 'SSEKMSKeyId'>;
  /** On which the object is made; checked by the bucket in the same step. */
  readonly condition: Pick<PutObjectCommandInput, 'IfNoneMatch' | 'IfMatch'>;
  readonly sizeBytes: number;
  readonly read: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
  /** Default: 16 MiB. */
  readonly partBytes?: number;
}

/** Puts an object: a small one by one request, a larger one in parts. Each request has the MD5 of its bytes. @returns its ETag. @throws the error of the SDK; the reason of `signal`. */
export async function putObject(client: S3Client, order: ObjectOrder, signal: AbortSignal): Promise<string> {
  const wanted = order.partBytes ?? PART_BYTES;
  const partBytes = Math.max(wanted, Math.ceil(order.sizeBytes / MAX_PARTS));
  if (order.sizeBytes > partBytes) return putInParts(client, { ...order, partBytes }, signal);
  const [body = Buffer.alloc(0)] = await collect(partsOf(order.read(signal), partBytes));
  const { ETag = '' } = await client.send(
    new PutObjectCommand({ ...order.target, ...order.condition, Body: body, ContentMD5: md5Of(body) }),
    { abortSignal: signal },
  );
  return ETag;
}

async function putInParts(
  client: S3Client,
  { target, condition, read, partBytes }: ObjectOrder & { readonly partBytes: number },
  signal: AbortSignal,
): Promise<string> {
  const { Bucket, Key } = target;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target), { abortSignal: signal });
  // One that fails ends the others, and the reading. It counts whenever it fails: an object without it would be another.
  const stop = new AbortController();
  const failures: unknown[] = [];
  const either = AbortSignal.any([signal, stop.signal]);
  try {
    const parts: CompletedPart[] = [];
    const sending = new Set<Promise<void>>();
    const send = async (Body: Buffer, PartNumber: number): Promise<void> => {
      const command = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ContentMD5: md5Of(Body) });
      const { ETag } = await client.send(command, { abortSignal: either });
      parts[PartNumber - 1] = { PartNumber, ETag };
    };
    let number = 0;
    for await (const body of partsOf(read(either), partBytes)) {
      number += 1;
      const sent = send(body, number)
        .catch((error: unknown) => {
          failures.push(error);
          stop.abort();
        })
        .finally(() => sending.delete(sent));
      sending.add(sent);
      if (sending.size >= PARTS_AT_ONCE) await Promise.race(sending);
    }
    await Promise.all(sending);
    if (failures.length > 0) throw failures[0];
    const { ETag = '' } = await client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts }, ...condition }),
      { abortSignal: signal },
    );
    return ETag;
  } catch (error) {
    stop.abort();
    const abort = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
    await client.send(abort, { abortSignal: AbortSignal.timeout(ABORT_MS) }).catch(() => undefined);
    throw failures[0] ?? error;
  }
}

/** Cuts bytes into parts of one size; the last may be smaller. */
async function* partsOf(bytes: AsyncIterable<Uint8Array>, partBytes: number): AsyncGenerator<Buffer> {
  let chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    let rest = chunk;
    while (length + rest.length >= partBytes) {
      const taken = partBytes - length;
      yield Buffer.concat([...chunks, rest.subarray(0, taken)]);
      rest = rest.subarray(taken);
      [chunks, length] = [[], 0];
    }
    if (rest.length > 0) chunks.push(rest);
    length += rest.length;
  }
  if (length > 0) yield Buffer.concat(chunks);
}

async function collect(parts: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const part of parts) all.push(part);
  return all;
}

function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64');
}
