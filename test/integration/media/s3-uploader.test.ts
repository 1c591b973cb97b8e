import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BucketDestination } from '../../../src/media/s3/bucket-destination.js';
import type { S3Order } from '../../../src/media/s3/s3-put.js';
import { createS3Uploader } from '../../../src/media/s3/s3-uploader.js';

const never = new AbortController().signal;
const BYTES = Buffer.from('hello');

/** A service that answers as it is told; test/foreign/s3-destinations.test.ts has a real one. */
let server: Server;
let answers: { status: number; length?: number; etag?: string; code?: string }[];
let requests: { method: string; headers: IncomingHttpHeaders }[];
beforeEach(async () => {
  [requests, answers] = [[], []];
  server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      requests.push({ method: request.method ?? '', headers: request.headers });
      const { status, length, etag = '"e"', code } = answers[Math.min(requests.length, answers.length) - 1]!;
      const body = code === undefined ? '' : `<Error><Code>${code}</Code><Message>s3cret</Message></Error>`;
      response.writeHead(status, { etag, ...(length !== undefined && { 'content-length': length }) }).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function put(changes: Partial<BucketDestination> = {}) {
  Object.assign(process.env, { S3_TEST_ID: 'id', S3_TEST_SECRET: 's3cret' });
  const destination: BucketDestination = {
    ...{ places: [{ bucket: 'videos', prefix: '' }], region: null, pathStyle: true, encryption: null, kmsKey: null },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { from: 'env', accessKeyId: 'S3_TEST_ID', secretAccessKey: 'S3_TEST_SECRET', sessionToken: null },
    ...changes,
  };
  const order: S3Order = {
    destination: { kind: 's3', name: 'a', bucket: 'videos', prefix: '', keepExisting: false, field: 'f' },
    ...{ name: 'a.mp4', contentType: 'video/mp4', sizeBytes: BYTES.length, sha256: 'x' },
    attempt: { key: { tenant: 'a', id: 'b' }, fence: 1 },
    async *read() {
      await Promise.resolve();
      yield BYTES;
    },
  };
  return createS3Uploader({ find: () => destination, idleMs: 5_000 }).put(order, never);
}

describe('the uploader to buckets', () => {
  it('asks for the encryption of the operator, and sends the checksum of the bytes', async () => {
    answers = [{ status: 200 }, { status: 200, length: 5 }];
    expect(await put({ encryption: 'aws:kms', kmsKey: 'k-1' })).toEqual({ kind: 'DONE', url: 's3://videos/a.mp4' });
    expect(requests.map(({ method }) => method)).toEqual(['PUT', 'HEAD']);
    expect(requests[0]!.headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'k-1',
      'content-md5': 'XUFAKrxLKna5cZ2REBfFkg==',
      'content-length': '5',
      'x-amz-meta-cutroom-task': 'b',
    });
  });

  it.each([
    ['another length', { status: 200, length: 4 }, 'it has 4 of 5 bytes'],
    ['another object', { status: 200, length: 5, etag: '"f"' }, 'another object took its place at once'],
  ])('does not take %s for the file', async (_what, head, description) => {
    answers = [{ status: 200 }, head];
    expect(await put()).toEqual({ kind: 'FAILED', description });
  });

  it.each([
    [500, 'InternalError', 'FAILED'],
    [503, 'SlowDown', 'FAILED'],
    [400, 'BadDigest', 'FAILED'],
    [409, 'ConditionalRequestConflict', 'FAILED'],
    [412, 'PreconditionFailed', 'FAILED'],
    [400, 'EntityTooLarge', 'REFUSED'],
    [403, 'AccessDenied', 'REFUSED'],
    [301, 'PermanentRedirect', 'REFUSED'],
    [501, 'NotImplemented', 'REFUSED'],
  ])('judges an answer by status and code, and repeats nothing else of it: %i %s', async (status, code, kind) => {
    answers = [{ status, code }];
    expect(await put()).toEqual({ kind, description: `it answered ${status} ${code}` });
  });
});
