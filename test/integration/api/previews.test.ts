import { endlessSession } from '../../../src/task/authenticator.js';
import { afterEach, describe, expect, it } from 'vitest';
import { claimed, succeeded } from '../../../src/task/lifecycle.js';
import { eventually } from '../../support/eventually.js';
import { connect } from '../../support/foreign-client.js';
import { newTask } from '../../support/new-task.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

const key = { tenant: 'default', id: 'a' };
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startRunning(options: Parameters<typeof startApiUnderTest>[0] = {}): Promise<ApiUnderTest> {
  const under = await startApiUnderTest(options);
  closers.push(() => under.stop());
  await under.store.insert(newTask({ ...key, nowMs: Date.now() }), '{}');
  await under.change('a', (task) => claimed(task, { attemptId: 'x', owner: 'o', nowMs: Date.now() }));
  return under;
}

describe('the preview of a running task', () => {
  it('is sent to a watcher who asks for it, over gRPC and as server-sent events', async () => {
    const under = await startRunning();
    const client = connect(under.grpcAddress);
    closers.push(() => {
      client.close();
    });
    const pictures: Buffer[] = [];
    client
      .watch({ name: 'tasks/a', include_previews: true })
      .on('data', ({ preview }: { preview?: { jpeg: Buffer } }) => {
        if (preview) pictures.push(preview.jpeg);
      })
      .on('error', () => undefined);
    const plain: unknown[] = [];
    client
      .watch({ name: 'tasks/a' })
      .on('data', (event: unknown) => plain.push(event))
      .on('error', () => undefined);
    const url = `${under.httpUrl}/v1/tasks/a:watch?includePreviews=true`;
    const events = await fetch(url, { headers: { accept: 'text/event-stream' } });
    await eventually('the first event', () => plain.length === 1);
    under.previews.show(key, JPEG);
    await eventually('the picture', () => pictures.length === 1);
    expect(pictures).toEqual([JPEG]);
    await under.change('a', (task) => succeeded(task, { outputs: [], warnings: [] }, Date.now()));
    expect(await events.text()).toContain(`event: preview\ndata: {"jpeg":"${JPEG.toString('base64')}"}\n\n`);
    await eventually('the end', () => plain.length === 2);
  });

  it('is answered over HTTP, the newest one, and to nobody of another tenant', async () => {
    let tenant = 'default';
    const authenticate = () => endlessSession({ tenant, principal: 'p', scopes: ['tasks.read'] });
    const under = await startRunning({ authenticate });
    const url = `${under.httpUrl}/v1/tasks/a/preview.jpg`;
    under.previews.show(key, Buffer.from('old'));
    under.previews.show(key, JPEG);
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/jpeg');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(JPEG);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    tenant = 'other';
    expect((await fetch(url)).status).toBe(404);
  });

  it('is NOT_FOUND with the reason where there is none', async () => {
    const under = await startRunning();
    const url = `${under.httpUrl}/v1/tasks/a/preview.jpg`;
    const refusal = async (of: string) => {
      const answer = await fetch(of);
      const { message, details } = (await answer.json()) as { message: string; details: { reason?: string }[] };
      return [answer.status, details[0]?.reason, message];
    };
    expect(await refusal(url)).toEqual([
      404,
      'PREVIEW_NOT_FOUND',
      expect.stringContaining('another server renders it'),
    ]);
    await under.change('a', (task) => succeeded(task, { outputs: [], warnings: [] }, Date.now()));
    expect(await refusal(url)).toEqual([404, 'PREVIEW_NOT_FOUND', expect.stringContaining('only a running task')]);
    expect(await refusal(`${under.httpUrl}/v1/tasks/b/preview.jpg`)).toEqual([
      404,
      'TASK_NOT_FOUND',
      'there is no task b',
    ]);
  });
});
