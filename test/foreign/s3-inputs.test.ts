import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInputCaches } from '../../src/media/input-cache/input-cache.js';
import { createLocalArtifacts } from '../../src/media/local-artifacts.js';
import type { ReadableBuckets } from '../../src/media/s3/bucket-destination.js';
import { createBucketInputs } from '../../src/media/s3/bucket-inputs.js';
import { failureOf } from '../../src/task/failure.js';
import { S3_KEYS, startS3Server, type S3Server } from './s3-server.js';

let server: S3Server;
let client: S3Client;
let folder: string;
beforeAll(async () => {
  Object.assign(process.env, S3_KEYS, {
    STUDIO_ID: S3_KEYS.AWS_ACCESS_KEY_ID,
    STUDIO_SECRET: S3_KEYS.AWS_SECRET_ACCESS_KEY,
    WRONG_SECRET: 'hunter2-hunter2',
  });
  server = await startS3Server();
  client = new S3Client({ endpoint: server.endpoint, forcePathStyle: true, region: 'us-east-1' });
  folder = await mkdtemp(path.join(tmpdir(), 'cutroom-s3-inputs-'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function readable(bucket: string, secretAccessKey = 'STUDIO_SECRET'): ReadableBuckets {
  return {
    places: [{ bucket, prefix: 'raw' }],
    access: {
      ...{ endpoint: server.endpoint, region: null, pathStyle: true },
      credentials: { from: 'env', accessKeyId: 'STUDIO_ID', secretAccessKey, sessionToken: null },
    },
  };
}

describe('inputs in a real bucket', () => {
  it('are read whole, kept, and asked for by their ETag', async () => {
    const bucket = `b-${randomUUID()}`;
    await server.makeBucket(bucket);
    const put = async (Key: string, Body: Buffer) => client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    const results: string[] = [];
    const caches = createInputCaches({
      entries: createLocalArtifacts({ folder: path.join(folder, 'inputs'), maxBytes: 2 ** 30 }),
      ...{ folder, keepFreeBytes: 0 },
      onFetched: ({ result }) => results.push(result),
    });
    const buckets = () => [readable(bucket)];
    const inputs = createBucketInputs({ buckets, maxBytes: 2 ** 30, cache: caches.of('a') });
    const read = async (key: string) =>
      readFile(
        await inputs.fetch(`s3://${bucket}/${key}`, {
          ...{ field: 'f', folder: path.join(folder, 'scratch') },
          signal: new AbortController().signal,
        }),
      );
    const [first, second] = [randomBytes(9_000_000), randomBytes(1000)];
    await put('raw/a b%20ü?.mp4', first);
    expect((await read('raw/a b%20ü?.mp4')).equals(first)).toBe(true);
    expect((await read('raw/a b%20ü?.mp4')).equals(first)).toBe(true);
    await put('raw/a b%20ü?.mp4', second);
    expect((await read('raw/a b%20ü?.mp4')).equals(second)).toBe(true);
    expect(results).toEqual(['miss', 'hit', 'miss']);
    await put('raw/empty', Buffer.alloc(0));
    expect(await read('raw/empty')).toHaveLength(0);
    expect(await read('raw/none').catch(failureOf)).toMatchObject({ reason: 'INPUT_NOT_FOUND', field: 'f' });
    expect(await read('other/a').catch(failureOf)).toMatchObject({ reason: 'INPUT_ADDRESS_REFUSED' });
    caches.close();
  });

  it('fail for wrong credentials and for a bucket that is not there', async () => {
    const failure = async (...of: Parameters<typeof readable>) =>
      createBucketInputs({ buckets: () => [readable(...of)], maxBytes: 10, limits: { backoffMs: [] } })
        .fetch(`s3://${of[0]}/raw/a`, { field: 'f', folder, signal: new AbortController().signal })
        .then(String, failureOf);
    const bucket = `b-${randomUUID()}`;
    await server.makeBucket(bucket);
    expect(await failure(bucket, 'WRONG_SECRET')).toMatchObject({
      reason: 'INPUT_FETCH_REFUSED',
      message: expect.stringContaining('it answered 403 SignatureDoesNotMatch') as string,
    });
    expect(await failure('no-such-bucket')).toMatchObject({ reason: 'INPUT_FETCH_REFUSED' });
  });
});
