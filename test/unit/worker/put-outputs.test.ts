import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_OUTPUTS } from '../../../src/composition/output-spec.js';
import type { UploadOrder, UploadOutcome } from '../../../src/task/ports/output-uploader.js';
import type { Output } from '../../../src/task/task.js';
import { putOutputs } from '../../../src/worker/put-outputs.js';

const never = new AbortController().signal;
const URL = 'https://bucket.test/a/final.mp4?X-Signature=s3cret';
const output = (key: string): Output => ({
  ...{ key, location: key, contentType: 'video/webm', sizeBytes: 5, durationUs: 1, width: 2, height: 2 },
  ...{ frameRate: { num: 30, den: 1 }, frameCount: 1, videoCodec: 'vp9', audioCodec: '', sha256: '' },
});
const spec = (key: string, url?: string) => ({
  ...DEFAULT_OUTPUTS[0]!,
  key,
  ...(url === undefined
    ? {}
    : {
        destination: { kind: 'http-put' as const, url, headers: { a: 'b' }, field: `field of ${key}` },
      }),
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-put-'));
  await writeFile(join(folder, 'file'), 'hello');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

const DONE = { kind: 'DONE', url: 'https://bucket.test/a/final.mp4' } as const;
const attempt = { key: { tenant: 'a', id: 'b' }, fence: 3 };

interface Changes {
  readonly signal?: AbortSignal;
  readonly confirm?: () => Promise<void>;
  readonly specs?: Parameters<typeof putOutputs>[1];
  readonly outputs?: readonly Output[];
}

/** Outcomes of one try after another; the last repeats. */
async function put(
  outcomes: readonly UploadOutcome[],
  {
    signal = never,
    confirm = () => Promise.resolve(),
    specs = [spec('a.webm', URL), spec('b.webm')],
    outputs: made = [output('a.webm'), output('b.webm')],
  }: Changes = {},
) {
  const orders: (Omit<UploadOrder, 'read'> & { text: string })[] = [];
  const uploader = {
    check: () => null,
    put: async ({ read, ...order }: UploadOrder) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of read(never)) chunks.push(chunk);
      orders.push({ ...order, text: Buffer.concat(chunks).toString() });
      return outcomes[Math.min(orders.length, outcomes.length) - 1]!;
    },
  };
  const store = { open: () => Promise.resolve({ kind: 'file' as const, path: join(folder, 'file') }) };
  const ended = putOutputs({ outputs: store, uploader, attempt, confirm }, specs, made, signal).then(
    (outputs) => ({ outputs, error: null }),
    (error: unknown) => ({ outputs: null, error }),
  );
  const over = { is: false };
  void ended.then(() => (over.is = true));
  // Files are read in real time, waits are not.
  while (!over.is) {
    await vi.advanceTimersByTimeAsync(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { ...(await ended), orders };
}

describe('outputs with a destination', () => {
  it('are put there, and name it without its query; others are left alone', async () => {
    const { outputs, orders } = await put([DONE]);
    expect(outputs).toEqual([
      { ...output('a.webm'), destinationUrl: 'https://bucket.test/a/final.mp4' },
      output('b.webm'),
    ]);
    const [order] = orders;
    expect(orders).toHaveLength(1);
    expect(order).toMatchObject({
      destination: { url: URL, headers: { a: 'b' } },
      name: 'a.webm',
      attempt,
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      contentType: 'video/webm',
      sizeBytes: 5,
      text: 'hello',
    });
    expect(order!.md5).toBe('XUFAKrxLKna5cZ2REBfFkg==');
  });

  it('are put again after what may pass, from their start', async () => {
    const { outputs, orders } = await put([
      { kind: 'FAILED', description: 'x' },
      { kind: 'FAILED', description: 'x' },
      DONE,
    ]);
    expect(outputs).toHaveLength(2);
    expect(orders.map(({ text }) => text)).toEqual(['hello', 'hello', 'hello']);
  });

  it.each([
    ['DESTINATION_FAILED', 'FAILED', 5],
    ['DESTINATION_REFUSED', 'REFUSED', 1],
  ] as const)('fail with %s, their field and no part of the URL', async (reason, kind, tries) => {
    const { error, orders } = await put([{ kind, description: 'it answered 503' }]);
    expect(error).toMatchObject({ failure: { reason, field: 'field of a.webm' } });
    expect(String(error)).toContain('it answered 503');
    expect(String(error)).not.toContain('bucket');
    expect(orders).toHaveLength(tries);
  });

  it('are not put any more once the attempt is stopped', async () => {
    const stop = new AbortController();
    stop.abort();
    const { error, orders } = await put([{ kind: 'FAILED', description: 'x' }], { signal: stop.signal });
    expect(error).not.toBeNull();
    expect(orders.length).toBeLessThanOrEqual(1);
  });

  it('go to a bucket with their further files, of which they are the last', async () => {
    const s3 = { ...{ name: 'acme', bucket: 'b', prefix: 'p', keepExisting: false }, field: 'f' };
    const parts = ['a.poster.jpg', 'a.1080.mp4'].map((name) => ({ name, contentType: 'x/y' }));
    const { outputs, orders } = await put([DONE], {
      specs: [{ ...spec('a.m3u8'), destination: { kind: 's3', ...s3 } }],
      outputs: [{ ...output('a.m3u8'), parts }],
    });
    expect(orders.map(({ name }) => name)).toEqual(['a.poster.jpg', 'a.1080.mp4', 'a.m3u8']);
    expect(orders.map(({ contentType }) => contentType)).toEqual(['x/y', 'x/y', 'video/webm']);
    expect(outputs).toMatchObject([{ destinationUrl: DONE.url }]);
  });

  it('are put only as long as the store says that the attempt has its task', async () => {
    let asked = 0;
    const confirm = () => ((asked += 1) === 2 ? Promise.reject(new Error('lease lost')) : Promise.resolve());
    const { error, orders } = await put([{ kind: 'FAILED', description: 'x' }], { confirm });
    expect(String(error)).toContain('lease lost');
    expect(orders).toHaveLength(1);
  });
});
