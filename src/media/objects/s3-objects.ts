import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  NotFound,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
  type ServerSideEncryption,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { sha256File } from '../../shared/sha256-file.js';
import type { ByteRange } from '../../task/ports/output-store.js';
import { reaching } from '../s3/bucket-client.js';
import { putObject } from '../s3/put-object.js';
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

/** How long a service may take to connect. */
const CONNECT_MS = 5_000;
/** How long no byte may go either way: a connection whose other end is gone would be waited for without an end. */
const IDLE_MS = 20_000;
const MAX_ATTEMPTS = 5;
/** How often a body that breaks off is gone on with before any further byte has come. */
const MAX_RESUMES = 4;
const RESUME_MS = 200;
/** The name of an object's own checksum among its metadata. */
const SHA256 = 'sha256';

/**
 * Objects in a bucket. Credentials come from the usual chain of the SDK: environment, files, the machine's role. An upload in parts that is not completed is seen by nobody. Each
 * request has the MD5 of its bytes, so that the bucket takes no others; each object has its SHA-256 beside it, which every read of the whole is checked by.
 * @param options.idleMs how long no byte may go either way; 20 s by default.
 */
export function createS3Objects(settings: S3Settings, options: { readonly idleMs?: number } = {}): ObjectStore {
  const { idleMs = IDLE_MS } = options;
  const client = new S3Client({
    ...reaching(settings, { connectMs: Math.min(CONNECT_MS, idleMs), idleMs }),
    maxAttempts: MAX_ATTEMPTS,
  });
  const { bucket: Bucket, prefix } = settings;
  const pathOf = (key: string): string => (prefix === '' ? key : `${prefix}/${key}`);
  const keyOf = (path: string): string => (prefix === '' ? path : path.slice(prefix.length + 1));

  return {
    async put(key, file, { signal = new AbortController().signal } = {}) {
      const { size } = await stat(file);
      const target = {
        ...{ Bucket, Key: pathOf(key), Metadata: { [SHA256]: await sha256File(file, signal) } },
        ...(settings.encryption ? { ServerSideEncryption: settings.encryption } : {}),
      };
      const read = (gone: AbortSignal) => createReadStream(file, { signal: gone });
      await putObject(client, { target, condition: {}, sizeBytes: size, read }, signal);
    },

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

    read: (key, options) => readObject(client, { Bucket, Key: pathOf(key) }, options),

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

/** The bytes of one version of an object, which is gone on with where a body breaks off. */
async function* readObject(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
  { range, signal }: { readonly range?: ByteRange; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const hash = range ? null : createHash('sha256');
  const end = range?.end ?? '';
  let start = range?.start ?? 0;
  let version: Pick<GetObjectCommandOutput, 'ETag' | 'Metadata'> = {};
  for (let failures = 0; ;) {
    let left = 1;
    try {
      const part = range || start > 0 ? { Range: `bytes=${start}-${end}` } : {};
      const same = version.ETag === undefined ? {} : { IfMatch: version.ETag };
      const command = new GetObjectCommand({ ...place, ...part, ...same });
      const answer: GetObjectCommandOutput = await client.send(command, { abortSignal: signal });
      version = answer;
      left = answer.ContentLength ?? 0;
      for await (const chunk of answer.Body as AsyncIterable<Uint8Array>) {
        signal.throwIfAborted();
        [left, start, failures] = [left - chunk.length, start + chunk.length, 0];
        hash?.update(chunk);
        yield chunk;
      }
      if (left !== 0) throw new Error(`object ${place.Key}: the bucket sent ${left} bytes too few`);
      break;
    } catch (error) {
      signal.throwIfAborted();
      if (left === 0) break;
      failures += 1;
      // An answer that is an error was asked for several times by the SDK.
      if (error instanceof S3ServiceException || failures > MAX_RESUMES) throw error;
      await sleep(RESUME_MS * failures, undefined, { signal });
    }
  }
  const sha256 = version.Metadata?.[SHA256];
  if (hash && sha256 !== undefined && hash.digest('hex') !== sha256)
    throw new Error(`object ${place.Key}: the bucket sent other bytes than were stored`);
}
