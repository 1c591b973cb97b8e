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

describe('the route of an output', () => {
  it('redirects to a store that serves the bytes itself, and forbids caching of that URL', async () => {
    const { signed, download } = await urlOf({ kind: 'redirect', url: 'https://store.example/object?key=1' });
    for (const url of [signed, download]) {
      const answer = await fetch(url, { redirect: 'manual' });
      expect(answer.status).toBe(307);
      expect(answer.headers.get('location')).toBe('https://store.example/object?key=1');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('streams bytes from elsewhere, and opens nothing for a HEAD', async () => {
    let opened = 0;
    const { signed } = await urlOf({
      kind: 'stream',
      sizeBytes: 6,
      async *read() {
        opened += 1;
        yield Buffer.from('abc');
        await Promise.resolve();
        yield Buffer.from('def');
      },
    });
    const head = await fetch(signed, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), opened]).toEqual([200, '6', 0]);
    const answer = await fetch(signed);
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    expect(await answer.text()).toBe('abcdef');
    expect(opened).toBe(1);
  });

  it('cuts the connection when the bytes end early, so that half a video is not taken for a whole one', async () => {
    const { signed } = await urlOf({
      kind: 'stream',
      sizeBytes: 6,
      async *read() {
        yield Buffer.from('abc');
        await Promise.resolve();
        throw new Error('the store broke off');
      },
    });
    await expect(fetch(signed).then((answer) => answer.text())).rejects.toThrow();
  });
});
