import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GetObjectCommand, HeadObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BucketDestination } from '../../src/media/s3/bucket-destination.js';
import type { S3Order } from '../../src/media/s3/s3-put.js';
import { createS3Uploader } from '../../src/media/s3/s3-uploader.js';
import { deploy, submit, watchToEnd, type Deployment } from '../e2e/deployment.js';
import { failureOf } from '../support/foreign-client.js';
import { S3_KEYS, startS3Server, type S3Server } from './s3-server.js';

const never = new AbortController().signal;
const SECRET = S3_KEYS.AWS_SECRET_ACCESS_KEY;
let server: S3Server;
let client: S3Client;
beforeAll(async () => {
  Object.assign(process.env, S3_KEYS, { STUDIO_ID: S3_KEYS.AWS_ACCESS_KEY_ID, STUDIO_SECRET: SECRET });
  server = await startS3Server();
  client = new S3Client({ endpoint: server.endpoint, forcePathStyle: true, region: 'us-east-1' });
});
afterAll(() => server.stop());

async function makeBucket(): Promise<string> {
  const bucket = `b-${randomUUID()}`;
  await server.makeBucket(bucket);
  return bucket;
}

function destinationOf(bucket: string, changes: Partial<BucketDestination> = {}): BucketDestination {
  return {
    ...{ places: [{ bucket, prefix: 'renders' }], endpoint: server.endpoint, region: null, pathStyle: true },
    ...{ encryption: null, kmsKey: null },
    credentials: { from: 'env', accessKeyId: 'STUDIO_ID', secretAccessKey: 'STUDIO_SECRET', sessionToken: null },
    ...changes,
  };
}

interface Given {
  readonly bucket: string;
  readonly bytes: Buffer;
  readonly keepExisting?: boolean;
  readonly id?: string;
  readonly fence?: number;
  readonly prefix?: string;
}

function orderOf({ bucket, bytes, keepExisting = false, id = 'one', fence = 1, prefix = 'renders/a' }: Given): S3Order {
  return {
    destination: { kind: 's3', name: 'studio', bucket, prefix, keepExisting, field: 'f' },
    name: 'final.mp4',
    contentType: 'video/mp4',
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    attempt: { key: { tenant: 'default', id }, fence },
    read: async function* () {
      await Promise.resolve();
      for (let at = 0; at < bytes.length; at += 70_001) yield bytes.subarray(at, at + 70_001);
    },
  };
}

const put = (given: Given, changes: Partial<BucketDestination> = {}, signal = never) =>
  createS3Uploader({
    find: (name) => (name === 'studio' ? destinationOf(given.bucket, changes) : null),
    partBytes: 5 * 2 ** 20,
  }).put(orderOf(given), signal);

async function read(bucket: string) {
  const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'renders/a/final.mp4' }));
  return { ...answer, bytes: Buffer.from(await answer.Body!.transformToByteArray()) };
}

describe('the uploader to buckets', () => {
  it.each([0, 1000, 5 * 2 ** 20, 12 * 2 ** 20 + 7])(
    'puts %i bytes with their facts, in parts where they are many',
    async (size) => {
      const bucket = await makeBucket();
      const bytes = randomBytes(size);
      expect(await put({ bucket, bytes })).toEqual({ kind: 'DONE', url: `s3://${bucket}/renders/a/final.mp4` });
      const there = await read(bucket);
      expect(there.bytes.equals(bytes)).toBe(true);
      expect(there.ContentType).toBe('video/mp4');
      expect(there.Metadata).toEqual({
        'cutroom-sha256': createHash('sha256').update(bytes).digest('hex'),
        'cutroom-task': 'one',
        'cutroom-fence': '1',
      });
      expect(there.ETag?.includes('-')).toBe(size > 5 * 2 ** 20);
      // Again, over the first.
      expect(await put({ bucket, bytes: Buffer.from('other') })).toMatchObject({ kind: 'DONE' });
      expect((await read(bucket)).bytes.toString()).toBe('other');
    },
  );

  it('keeps what is there where it is asked to, except what an earlier attempt of the task put', async () => {
    const bucket = await makeBucket();
    const [first, second] = [Buffer.from('first'), Buffer.from('second')];
    const kept = { bucket, keepExisting: true };
    expect(await put({ ...kept, bytes: first })).toMatchObject({ kind: 'DONE' });
    expect(await put({ ...kept, bytes: second, id: 'two' })).toEqual({
      kind: 'REFUSED',
      description: 'an object of this name is there already, and is kept',
    });
    expect((await read(bucket)).bytes).toEqual(first);
    expect(await put({ ...kept, bytes: second, fence: 2 })).toMatchObject({ kind: 'DONE' });
    expect((await read(bucket)).bytes).toEqual(second);
    // The late one of a worker that was taken for dead.
    expect(await put({ ...kept, bytes: first })).toMatchObject({ kind: 'FAILED' });
    expect((await read(bucket)).bytes).toEqual(second);
    // The answer to it was lost.
    expect(await put({ ...kept, bytes: second, fence: 3 })).toMatchObject({ kind: 'DONE' });
  });

  it('lets one of two tasks that put the same name at once have it', async () => {
    const bucket = await makeBucket();
    const ends = await Promise.all(
      ['one', 'two'].map((id) => put({ bucket, keepExisting: true, id, bytes: randomBytes(5 * 2 ** 20 + 100_000) })),
    );
    expect(ends.filter(({ kind }) => kind === 'DONE')).toHaveLength(1);
  });

  it('leaves no upload behind that was stopped in its middle', async () => {
    const bucket = await makeBucket();
    const stop = new AbortController();
    const order = orderOf({ bucket, bytes: randomBytes(11 * 2 ** 20) });
    const uploader = createS3Uploader({ find: () => destinationOf(bucket), partBytes: 5 * 2 ** 20 });
    let bytes = 0;
    const put = uploader.put(
      {
        ...order,
        read: async function* (signal) {
          for await (const chunk of order.read(signal)) {
            yield chunk;
            if ((bytes += chunk.length) > 8 * 2 ** 20) stop.abort();
            signal.throwIfAborted();
          }
        },
      },
      stop.signal,
    );
    await expect(put).rejects.toThrow();
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads ?? []).toEqual([]);
    await expect(read(bucket)).rejects.toThrow('exist');
  });

  it('tells a refusal by its status and code, without secrets', async () => {
    const bucket = await makeBucket();
    const bytes = Buffer.from('a');
    process.env.WRONG_SECRET = 'hunter2-hunter2';
    const env = { from: 'env', accessKeyId: 'STUDIO_ID', secretAccessKey: 'WRONG_SECRET', sessionToken: null } as const;
    const ends = [
      await put({ bucket, bytes }, { credentials: env }),
      await put({ bucket, bytes }, { credentials: { ...env, secretAccessKey: 'NOT_SET' } }),
      await put({ bucket: 'no-such-bucket', bytes }, { places: [{ bucket: 'no-such-bucket', prefix: '' }] }),
      await put({ bucket, bytes }, { endpoint: 'http://127.0.0.1:9' }),
      await put({ bucket, bytes, prefix: 'rendersx' }),
    ];
    expect(ends).toEqual([
      { kind: 'REFUSED', description: 'it answered 403 SignatureDoesNotMatch' },
      { kind: 'FAILED', description: 'the service has no credentials for it, which its operator must set up' },
      { kind: 'REFUSED', description: 'it answered 404 NoSuchBucket' },
      { kind: 'FAILED', description: 'it refuses connections' },
      { kind: 'REFUSED', description: 'its operator does not let it be used any more' },
    ]);
  });
});

describe('a service with destinations in buckets', () => {
  let place: Deployment;
  beforeAll(async () => {
    place = await deploy('SQLite');
    await place.media.video('red.mp4', { size: '160x284', colors: ['c81e1e'], secondsEach: 1 });
  });
  afterAll(() => place.close());

  it('puts an MP4 and a stream with all their files, and tells no secret of the operator', async () => {
    const bucket = await makeBucket();
    const file = path.join(place.dataDir, '..', `destinations-${randomUUID()}.yaml`);
    const entry = `{ places: ["s3://${bucket}/{tenant}"], tenants: all, endpoint: "${server.endpoint}", addressing: path, credentials: { access_key_id_env: STUDIO_ID, secret_access_key_env: STUDIO_SECRET } }`;
    await writeFile(file, `studio: ${entry}\nothers: ${entry.replace('tenants: all', 'tenants: [acme]')}\n`);
    const service = await place.start({
      ...{ CUTROOM_DESTINATIONS_FILE: file, STUDIO_ID: S3_KEYS.AWS_ACCESS_KEY_ID, STUDIO_SECRET: SECRET },
    });
    const caller = place.client(service);
    const montage = { materials: [{ uri: 'red.mp4' }], resolution: 144 };
    const s3 = (name: string, uri = `s3://${bucket}/default/2026`) => ({ destination: { s3: { name, uri } } });
    const outputs = [
      { key: 'a.mp4', mp4: {}, ...s3('studio') },
      { key: 'b.m3u8', hls: { short_sides: [144] }, ...s3('studio') },
    ];
    const submitted = (await caller.call('SubmitTask', { spec: { montage, outputs } })) as unknown as { name: string };
    const { task } = (await watchToEnd(caller, submitted.name)).at(-1)!;
    expect(task.state).toBe('SUCCEEDED');
    const made = task.outputs as unknown as { sha256: string; destination_url: string; files: { name: string }[] }[];
    expect(made.map(({ destination_url: url }) => url)).toEqual([
      `s3://${bucket}/default/2026/a.mp4`,
      `s3://${bucket}/default/2026/b.m3u8`,
    ]);
    const names = made.flatMap(({ files }, i) => [outputs[i]!.key, ...files.map(({ name }) => name)]);
    expect(names).toContain('b.144.mp4');
    for (const name of names) await client.send(new HeadObjectCommand({ Bucket: bucket, Key: `default/2026/${name}` }));
    const mp4 = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'default/2026/a.mp4' }));
    const bytes = await mp4.Body!.transformToByteArray();
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(made[0]!.sha256);

    const refused = async (destination: object) =>
      (await failureOf(submit(caller, montage, { spec: { montage, outputs: [{ mp4: {}, ...destination }] } }))).message;
    const [unknown, forbidden, outside] = [
      await refused(s3('nobody')),
      await refused(s3('others')),
      await refused(s3('studio', `s3://${bucket}/acme`)),
    ];
    expect(unknown).toContain('spec.outputs[0].destination.s3.name');
    expect(forbidden).toBe(unknown);
    expect(outside).toContain('spec.outputs[0].destination.s3.uri');
    expect(JSON.stringify(task) + place.log().join('\n') + outside).not.toContain(SECRET);
    await service.kill();
  });
});
