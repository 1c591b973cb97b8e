import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReadableBuckets } from '../../../src/media/s3/bucket-destination.js';
import { createBucketInputs } from '../../../src/media/s3/bucket-inputs.js';
import { failureOf } from '../../../src/task/failure.js';

const BYTES = Buffer.from('hello, bucket');

/** A service that answers as it is told; test/foreign/s3-inputs.test.ts has a real one. */
let server: Server;
let folder: string;
let requests: IncomingMessage[];
let answer: (response: ServerResponse, request: IncomingMessage) => void;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutroom-bucket-'));
  requests = [];
  answer = (response) => response.writeHead(200, { 'content-length': BYTES.length, etag: '"e"' }).end(BYTES);
  server = createServer((request, response) => {
    requests.push(request);
    answer(response, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  Object.assign(process.env, { S3_TEST_ID: 'id', S3_TEST_SECRET: 's3cret' });
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

function readable(places: string[], secret = 'S3_TEST_SECRET'): ReadableBuckets {
  return {
    places: places.map((place) => {
      const [bucket = '', ...prefix] = place.split('/');
      return { bucket, prefix: prefix.join('/') };
    }),
    access: {
      ...{ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, region: null, pathStyle: true },
      credentials: { from: 'env', accessKeyId: 'S3_TEST_ID', secretAccessKey: secret, sessionToken: null },
    },
  };
}

const inputs = (buckets = [readable(['videos/raw', 'videos/raw/deep', 'all'])]) =>
  createBucketInputs({ buckets: () => buckets, maxBytes: 1024 * 1024, limits: { backoffMs: [5, 5], windowMs: 200 } });
const options = () => ({ field: 'the.field', signal: new AbortController().signal, folder });
const fetched = (uri: string, buckets?: ReadableBuckets[], maxBytes = Infinity) =>
  inputs(buckets).fetch(uri, { ...options(), maxBytes });
async function failureFrom(uri: string, buckets?: ReadableBuckets[], maxBytes = Infinity) {
  const failure = await fetched(uri, buckets, maxBytes).then(
    () => Promise.reject(new Error('the fetch should have failed')),
    failureOf,
  );
  expect(failure.field).toBe('the.field');
  expect(JSON.stringify(failure)).not.toMatch(/s3cret|127\.0\.0\.1/);
  expect(await readdir(folder)).toEqual([]);
  return failure;
}
const refuse = (status: number, code: string) => {
  answer = (response) => response.writeHead(status).end(`<Error><Code>${code}</Code><Message>s3cret</Message></Error>`);
};

describe('an input in a bucket', () => {
  it('is downloaded with the operator’s credentials, its key as it is written', async () => {
    const file = await fetched('s3://videos/raw/a b%20ü?.mp4');
    expect(path.dirname(file)).toBe(folder);
    expect(await readFile(file)).toEqual(BYTES);
    expect(requests[0]!.url).toBe('/videos/raw/a%20b%2520%C3%BC%3F.mp4?x-id=GetObject');
    expect(requests[0]!.headers.authorization).toContain('Credential=id/');
  });

  it('is refused at the submit outside of what the operator has opened, and where it names no object', async () => {
    const closed = 'is in no bucket that this server reads inputs from for you; its operator opens them';
    const problems: [string, string][] = [
      ['s3://others/raw/a.mp4', closed],
      ['s3://videos/a.mp4', 'is in a bucket of which this server reads only s3://videos/raw'],
      ['s3://videos/rawer/a.mp4', 'is in a bucket of which'],
      ...['s3://videos/raw/../a.mp4', 's3://all/./a', 's3://all/a\\..\\b', 's3://all/', 's3://all', 's3://all/a/'].map(
        (uri): [string, string] => [uri, 'names no object; write s3://BUCKET/KEY'],
      ),
      ...['s3://all/\u0000', `s3://all/${'a'.repeat(1025)}`, 's3://ALL/a', 'S3:all/a'].map((uri): [string, string] => [
        uri,
        'names no object',
      ]),
    ];
    for (const [uri, words] of problems) {
      expect((await inputs().check(uri))?.description, uri).toContain(words);
      expect((await failureFrom(uri)).message, uri).toContain(`this input ${words}`);
    }
    for (const uri of ['s3://videos/raw/a.mp4', 's3://videos/raw/deep/a', 's3://all/x//y/.hidden..mp4', 'S3://all/a'])
      expect(await inputs().check(uri), uri).toBeNull();
    expect(requests).toHaveLength(0);
  });

  it('is read by the entry with the longest prefix', async () => {
    const wide = readable(['videos'], 'NOT_SET');
    const file = await fetched('s3://videos/raw/a', [wide, readable(['videos/raw'])]);
    expect(await readFile(file)).toEqual(BYTES);
    await rm(file);
    // Whichever comes first.
    const failure = await failureFrom('s3://videos/raw/a', [readable(['videos/raw'], 'NOT_SET'), readable(['videos'])]);
    expect(failure.message).toContain('no credentials');
  });

  it.each([
    [404, 'NoSuchKey', 'INPUT_NOT_FOUND', 1],
    [404, 'NoSuchBucket', 'INPUT_FETCH_REFUSED', 1],
    [403, 'AccessDenied', 'INPUT_FETCH_REFUSED', 1],
    [403, 'InvalidObjectState', 'INPUT_FETCH_REFUSED', 1],
    // Each try of ours is two of the SDK's.
    [503, 'SlowDown', 'INPUT_FETCH_FAILED', 6],
    [500, 'InternalError', 'INPUT_FETCH_FAILED', 6],
  ])('fails by status and code: %i %s', async (status, code, reason, tries) => {
    refuse(status, code);
    const { message, ...failure } = await failureFrom('s3://all/a');
    expect(failure.reason).toBe(reason);
    expect(message).toContain(`this input could not be fetched from the bucket all: it answered ${status} ${code}`);
    expect(requests).toHaveLength(tries);
  });

  it('is fetched again after an error that passes, or a body that breaks off', async () => {
    const answers: (typeof answer)[] = [
      (response) => response.writeHead(503).end('<Error><Code>SlowDown</Code></Error>'),
      (response) => {
        response.writeHead(200, { 'content-length': BYTES.length, etag: '"e"' }).write(BYTES.subarray(0, 4));
        setImmediate(() => response.destroy());
      },
      answer,
    ];
    answer = (response, request) => {
      answers[Math.min(requests.length, answers.length) - 1]!(response, request);
    };
    expect(await readFile(await fetched('s3://all/a'))).toEqual(BYTES);
    expect(requests).toHaveLength(3);
  });

  it('fails when its body never comes whole, comes too slowly or is too large, and leaves nothing', async () => {
    answer = (response) => {
      response.writeHead(200, { 'content-length': 10, etag: '"e"' }).write('abc');
      setImmediate(() => response.destroy());
    };
    expect(await failureFrom('s3://all/a')).toMatchObject({ reason: 'INPUT_FETCH_FAILED' });
    answer = (response) => response.writeHead(200, { 'content-length': 10, etag: '"e"' }).write('abc');
    expect(await failureFrom('s3://all/a')).toMatchObject({
      reason: 'INPUT_FETCH_FAILED',
      message: expect.stringContaining('it sends less than') as string,
    });
    answer = (response) => response.writeHead(200, { 'content-length': 2 ** 20 + 1 }).write('abc');
    expect(await failureFrom('s3://all/a')).toMatchObject({ reason: 'INPUT_TOO_LARGE' });
    answer = (response) => response.writeHead(200, { 'content-length': 10 }).end('abcdefghij');
    expect(await failureFrom('s3://all/a', undefined, 9)).toMatchObject({ reason: 'TASK_TOO_LARGE' });
    answer = (response) => response.writeHead(200, { 'content-length': 3, 'content-encoding': 'gzip' }).end('abc');
    expect(await failureFrom('s3://all/a')).toMatchObject({ reason: 'INPUT_FETCH_REFUSED' });
  });

  it('says that there are no credentials, and stops when it is told', async () => {
    expect(await failureFrom('s3://all/a', [readable(['all'], 'NOT_SET')])).toMatchObject({
      reason: 'INPUT_FETCH_FAILED',
      message: expect.stringContaining('no credentials') as string,
    });
    const stop = new AbortController();
    answer = (response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('abc');
      setImmediate(() => {
        stop.abort(new Error('stopped'));
      });
    };
    await expect(inputs().fetch('s3://all/a', { ...options(), signal: stop.signal })).rejects.toThrow('stopped');
    expect(await readdir(folder)).toEqual([]);
  });
});
