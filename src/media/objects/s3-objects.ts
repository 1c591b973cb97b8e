import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NotFound,
  paginateListObjectsV2,
  S3Client,
  type ServerSideEncryption,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { ObjectStore } from './object-store.js';

export interface S3Settings {
  readonly bucket: string;
  /** Before each key, without slashes at its ends; empty: none. */
  readonly prefix: string;
  /** Of another service than AWS; null: that of AWS. */
  readonly endpoint: string | null;
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. */
  readonly pathStyle: boolean;
  /** Null: as the bucket does it. */
  readonly encryption: ServerSideEncryption | null;
}

/** Parts of a larger upload; ten thousand of them are 160 GB. */
const PART_BYTES = 16 * 1024 * 1024;
const PARTS_AT_ONCE = 3;

/** Objects in a bucket. Credentials come from the usual chain of the SDK: environment, files, the machine's role. An upload in parts that is not completed is seen by nobody. */
export function createS3Objects(settings: S3Settings, client = clientOf(settings)): ObjectStore {
  const { bucket: Bucket, prefix } = settings;
  const pathOf = (key: string): string => (prefix === '' ? key : `${prefix}/${key}`);
  const keyOf = (path: string): string => (prefix === '' ? path : path.slice(prefix.length + 1));

  return {
    put: (key, file, { signal } = {}) => upload(client, settings, { path: pathOf(key), file, signal: signal ?? null }),

    async find(key) {
      try {
        const head = await client.send(new HeadObjectCommand({ Bucket, Key: pathOf(key) }));
        return {
          key,
          sizeBytes: head.ContentLength ?? 0,
          storedMs: head.LastModified?.getTime() ?? 0,
          version: head.ETag ?? '',
        };
      } catch (error) {
        if (error instanceof NotFound) return null;
        throw error;
      }
    },

    async *read(key, { range, signal }) {
      const Range = range && `bytes=${range.start}-${range.end}`;
      const answer = await client.send(
        new GetObjectCommand({ Bucket, Key: pathOf(key), ...(Range ? { Range } : {}) }),
        { abortSignal: signal },
      );
      let left = answer.ContentLength ?? 0;
      for await (const chunk of answer.Body as AsyncIterable<Uint8Array>) {
        signal.throwIfAborted();
        left -= chunk.length;
        yield chunk;
      }
      if (left !== 0) throw new Error(`object ${key}: the bucket sent ${left} bytes too few`);
    },

    async *list(wanted) {
      for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: pathOf(wanted) })) {
        for (const { Key = '', Size = 0, LastModified, ETag = '' } of page.Contents ?? [])
          yield { key: keyOf(Key), sizeBytes: Size, storedMs: LastModified?.getTime() ?? 0, version: ETag };
      }
    },

    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: pathOf(key) }));
    },

    // Unfinished uploads are the bucket's own: docs/operations.md has the lifecycle rule.
    sweep: () => Promise.resolve(),

    presign: (key, { lifetimeMs, contentType, contentDisposition }) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          Bucket,
          Key: pathOf(key),
          ResponseContentType: contentType,
          ResponseContentDisposition: contentDisposition,
        }),
        { expiresIn: Math.max(1, Math.floor(lifetimeMs / 1000)) },
      ),
  };
}

interface Wanted {
  readonly path: string;
  readonly file: string;
  readonly signal: AbortSignal | null;
}

/** A small file by one request, a larger one in parts. */
async function upload(
  client: S3Client,
  { bucket, encryption }: S3Settings,
  { path, file, signal }: Wanted,
): Promise<void> {
  const { size } = await stat(file);
  signal?.throwIfAborted();
  const params = {
    Bucket: bucket,
    Key: path,
    Body: createReadStream(file),
    ContentLength: size,
    ...(encryption ? { ServerSideEncryption: encryption } : {}),
  };
  const sending = new Upload({ client, params, partSize: PART_BYTES, queueSize: PARTS_AT_ONCE });
  const abort = (): void => {
    void sending.abort();
  };
  signal?.addEventListener('abort', abort);
  try {
    await sending.done();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
    params.Body.destroy();
  }
}

function clientOf({ endpoint, pathStyle }: S3Settings): S3Client {
  return new S3Client({
    forcePathStyle: pathStyle,
    ...(endpoint === null ? {} : { endpoint }),
    maxAttempts: 5,
    // Others than AWS do not all know the checksums that its SDK would add.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}
