import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createObjectOutputs } from '../../../src/media/objects/object-outputs.js';
import { createObjectUploadSource } from '../../../src/media/objects/object-uploads.js';
import type { ObjectStore } from '../../../src/media/objects/object-store.js';
import { createS3Objects } from '../../../src/media/objects/s3-objects.js';
import { startMemoryS3, type MemoryS3, type S3Fault } from '../../support/memory-s3.js';
import { describeObjectStore } from '../../contract/object-store.contract.js';

const never = new AbortController().signal;
/** Far shorter than a stall. */
const IDLE_MS = 1_000;
const FOREVER_MS = 3_600_000;
const SMALL = randomBytes(300_000);
/** In two parts. */
const LARGE = randomBytes(17 * 1024 * 1024);
const attempt = { key: { tenant: 'a', id: 't' }, fence: 1, attemptId: 'x' };

const busy: S3Fault = { kind: 'status', status: 500, code: 'InternalError' };
const slow: S3Fault = { kind: 'status', status: 503, code: 'SlowDown' };
const half: S3Fault = { kind: 'half' };
const corrupt: S3Fault = { kind: 'corrupt' };
const stall: S3Fault = { kind: 'stall', ms: FOREVER_MS };
const KINDS: readonly [string, S3Fault][] = [
  ['answers 500', busy],
  ['answers 503 SlowDown', slow],
  ['cuts the connection in a body', half],
  ['hands on a wrong byte', corrupt],
  ['stalls for ever', stall],
];

let s3: MemoryS3;
let folder: string;
beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 's3cret', AWS_REGION: 'us-east-1' });
  folder = await mkdtemp(join(tmpdir(), 'cutroom-s3-faults-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  s3 = await startMemoryS3();
});
afterEach(() => {
  s3.close();
});

const objectsOf = (): ObjectStore =>
  createS3Objects(
    { bucket: 'b', prefix: '', endpoint: s3.endpoint, pathStyle: true, encryption: null },
    { idleMs: IDLE_MS },
  );

describeObjectStore(
  {
    name: 'a bucket in memory',
    make: async () => {
      const own = await startMemoryS3();
      const settings = { bucket: 'b', prefix: 'p', endpoint: own.endpoint, pathStyle: true, encryption: null };
      const close = async () => {
        own.close();
      };
      return { objects: createS3Objects(settings), close };
    },
  },
  { skip: false },
);

async function fileOf(bytes: Buffer): Promise<string> {
  const file = join(folder, randomUUID());
  await writeFile(file, bytes);
  return file;
}

/** So many requests of a method have a fault, from the first on. */
function breakFirst(count: number, method: string, fault: S3Fault): void {
  let left = count;
  s3.fault = (request) => (request.method === method && left-- > 0 ? fault : null);
}

async function wholeOf(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe.each(KINDS)('while a bucket %s', (_, fault) => {
  it.each([
    ['a small video', SMALL],
    ['a video in parts', LARGE],
  ])('%s is published whole', async (_what, bytes) => {
    breakFirst(3, 'PUT', fault);
    const outputs = createObjectOutputs({ objects: objectsOf(), directMs: null });
    const location = await outputs.publish([{ path: await fileOf(bytes), name: 'v.mp4' }], attempt);
    expect(s3.objects.get(`/b/outputs/${location}`)?.bytes.equals(bytes)).toBe(true);
    expect(s3.faults.get(fault.kind)).toBe(3);
  });

  it('an upload is read whole by a render', async () => {
    const objects = objectsOf();
    await objects.put('uploads/a/f.mp4', await fileOf(SMALL));
    breakFirst(3, 'GET', fault);
    const source = createObjectUploadSource({ objects, prefix: 'uploads/', folder });
    const file = await source.fetch('upload:a/f.mp4', { field: 'f', signal: never, folder });
    expect((await readFile(file)).equals(SMALL)).toBe(true);
    expect(s3.faults.get(fault.kind)).toBe(3);
  });

  it('a range is served whole, or ends by an error', async () => {
    const objects = objectsOf();
    await objects.put('k', await fileOf(SMALL));
    breakFirst(2, 'GET', fault);
    const range = { start: 1000, end: 200_999 };
    const bytes = await wholeOf(objects.read('k', { range, signal: never }));
    // Of a part nobody knows the checksum.
    if (fault.kind !== 'corrupt') expect(bytes.equals(SMALL.subarray(1000, 201_000))).toBe(true);
    expect(bytes).toHaveLength(200_000);
  });
});

describe('a bucket that fails for longer', () => {
  it('is not taken for one that has other bytes', async () => {
    const objects = objectsOf();
    await objects.put('k', await fileOf(SMALL));
    breakFirst(Infinity, 'GET', corrupt);
    await expect(wholeOf(objects.read('k', { signal: never }))).rejects.toThrow('other bytes than were stored');
    breakFirst(Infinity, 'GET', half);
    await expect(wholeOf(objects.read('k', { signal: never }))).rejects.toThrow();
  });

  it('is given up by a publication after its time', async () => {
    s3.fault = () => busy;
    const outputs = createObjectOutputs({ objects: objectsOf(), directMs: null, patienceMs: 100 });
    await expect(outputs.publish([{ path: await fileOf(SMALL), name: 'v.mp4' }], attempt)).rejects.toMatchObject({
      failure: { reason: 'OUTPUT_NOT_STORED' },
    });
  });

  it('is not asked again when it refuses, or when the attempt is stopped', async () => {
    s3.fault = () => ({ kind: 'status', status: 403, code: 'AccessDenied' });
    const outputs = createObjectOutputs({ objects: objectsOf(), directMs: null });
    const file = { path: await fileOf(SMALL), name: 'v.mp4' };
    await expect(outputs.publish([file], attempt)).rejects.toMatchObject({ failure: { reason: 'OUTPUT_NOT_STORED' } });
    const stop = new AbortController();
    s3.fault = () => {
      stop.abort(new Error('stopped'));
      return busy;
    };
    await expect(outputs.publish([file], attempt, { signal: stop.signal })).rejects.toThrow('stopped');
  });

  it('goes on with the same version of an object only', async () => {
    const objects = objectsOf();
    await objects.put('k', await fileOf(SMALL));
    let asked = 0;
    s3.fault = ({ method }) => (method === 'GET' && (asked += 1) === 1 ? half : null);
    const bytes = objects.read('k', { signal: never })[Symbol.asyncIterator]();
    await bytes.next();
    await objects.put('k', await fileOf(LARGE));
    const rest = async () => {
      while (!(await bytes.next()).done);
    };
    await expect(rest()).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
  });
});
