import { afterEach, describe, expect, it } from 'vitest';
import { claimed, succeeded } from '../../../src/task/lifecycle.js';
import type { OutputContent } from '../../../src/task/ports/output-store.js';
import { outputOf } from '../../support/paused-renderer.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

let under: ApiUnderTest;
afterEach(() => under.stop());

/** The URL of a finished video whose store gives its bytes in this way. */
async function urlOf(output: OutputContent): Promise<{ signed: string; download: string }> {
  under = await startApiUnderTest({ output });
  const answer = await fetch(`${under.httpUrl}/v1/tasks`, {
    method: 'POST',
    body: JSON.stringify({ spec: { montage: { materials: [{ uri: 'a.mp4' }] } } }),
  });
  const { taskId: id } = (await answer.json()) as { taskId: string };
  await under.change(id, (task) => claimed(task, { attemptId: 'x', owner: 'o', nowMs: 0 }));
  const outputs = [outputOf({ key: { tenant: 'default', id }, fence: 1, attemptId: 'x' })];
  await under.change(id, (task) => succeeded(task, { outputs, warnings: [] }, 0));
  const task = (await (await fetch(`${under.httpUrl}/v1/tasks/${id}`)).json()) as { videos: [string] };
  return { signed: task.videos[0], download: `${under.httpUrl}/api/v1/download/${id}/final-1.mp4` };
}

type Stream = Extract<OutputContent, { kind: 'stream' }>;
const BYTES = Buffer.from('abcdefghij');

/** Bytes of another machine. */
function stream(more: Partial<Stream> = {}): Stream {
  return {
    kind: 'stream',
    sizeBytes: BYTES.length,
    version: 'v1',
    storedMs: Date.UTC(2026, 0, 1),
    async *read(_, { start, end } = { start: 0, end: BYTES.length - 1 }) {
      const wanted = BYTES.subarray(start, end + 1);
      yield wanted.subarray(0, 2);
      await Promise.resolve();
      yield wanted.subarray(2);
    },
    direct: null,
    ...more,
  };
}

describe('the route of an output', () => {
  it('redirects to a store that serves the bytes itself, with its headers, and forbids caching of that URL', async () => {
    const lifetimes: (number | null)[] = [];
    const { signed, download } = await urlOf(
      stream({
        direct: ({ contentType, contentDisposition, maxLifetimeMs }) => {
          lifetimes.push(maxLifetimeMs);
          return Promise.resolve(
            `https://store.example/object?${new URLSearchParams({ contentType, contentDisposition }).toString()}`,
          );
        },
      }),
    );
    for (const [url, disposition] of [
      [signed, 'inline'],
      [download, 'attachment'],
    ] as const) {
      const answer = await fetch(url, { redirect: 'manual' });
      expect(answer.status).toBe(307);
      const location = new URL(answer.headers.get('location') ?? '');
      expect(Object.fromEntries(location.searchParams)).toEqual({
        contentType: 'video/mp4',
        contentDisposition: `${disposition}; filename="final-1.mp4"`,
      });
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    // No longer than the signed URL that led there.
    const leftMs = Number(new URL(signed).searchParams.get('expires')) * 1000 - Date.now();
    expect(Math.abs(lifetimes[0]! - leftMs)).toBeLessThan(60_000);
    expect(lifetimes[1]).toBeNull();
  });

  it('streams bytes from elsewhere, and opens nothing for a HEAD', async () => {
    let opened = 0;
    const content = stream();
    const { signed } = await urlOf({
      ...content,
      read: (signal, range) => {
        opened += 1;
        return content.read(signal, range);
      },
    });
    const head = await fetch(signed, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), opened]).toEqual([200, '10', 0]);
    const answer = await fetch(signed);
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    expect(await answer.text()).toBe('abcdefghij');
    expect(opened).toBe(1);
  });

  it.each<[string, Record<string, string>, number, string, string | null]>([
    ['a range', { range: 'bytes=2-4' }, 206, 'cde', 'bytes 2-4/10'],
    ['a range to the end', { range: 'bytes=7-' }, 206, 'hij', 'bytes 7-9/10'],
    ['the last bytes', { range: 'bytes=-3' }, 206, 'hij', 'bytes 7-9/10'],
    ['a range that is longer than the bytes', { range: 'bytes=8-99' }, 206, 'ij', 'bytes 8-9/10'],
    ['two ranges, by all bytes', { range: 'bytes=0-1,4-5' }, 200, 'abcdefghij', null],
    ['another unit, by all bytes', { range: 'frames=1-2' }, 200, 'abcdefghij', null],
    ['nonsense, by all bytes', { range: 'bytes=x' }, 200, 'abcdefghij', null],
    ['a range of the same version', { range: 'bytes=2-4', 'if-range': '"v1"' }, 206, 'cde', 'bytes 2-4/10'],
    ['a range of another version, by all bytes', { range: 'bytes=2-4', 'if-range': '"v0"' }, 200, 'abcdefghij', null],
    [
      'a range since a later time',
      { range: 'bytes=2-4', 'if-range': 'Fri, 02 Jan 2026 00:00:00 GMT' },
      206,
      'cde',
      'bytes 2-4/10',
    ],
    ['a version that the caller has', { 'if-none-match': '"v1"', 'cache-control': 'max-age=60' }, 304, '', null],
  ])('answers %s of bytes from elsewhere', async (_, headers, status, text, contentRange) => {
    const { signed } = await urlOf(stream());
    const answer = await fetch(signed, { headers });
    expect([answer.status, await answer.text(), answer.headers.get('content-range')]).toEqual([
      status,
      text,
      contentRange,
    ]);
    expect(answer.headers.get('etag')).toBe('"v1"');
  });

  it('refuses a range that bytes from elsewhere do not have', async () => {
    const { signed } = await urlOf(stream());
    const answer = await fetch(signed, { headers: { range: 'bytes=10-' } });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */10']);
    expect(await answer.json()).toMatchObject({ message: 'the file has no such range' });
  });

  it('cuts the connection when the bytes end early, so that half a video is not taken for a whole one', async () => {
    const { signed } = await urlOf(
      stream({
        async *read() {
          yield Buffer.from('abc');
          await Promise.resolve();
          throw new Error('the store broke off');
        },
      }),
    );
    await expect(fetch(signed).then((answer) => answer.text())).rejects.toThrow();
  });
});
