import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, get } from 'node:https';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/app/system-clock.js';
import { claimed, succeeded } from '../../src/task/lifecycle.js';
import { type ApiUnderTest, startApiUnderTest } from '../integration/api/api-under-test.js';
import { createAuthority } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { connect, failureOf, type ForeignClient } from '../support/foreign-client.js';
import { freePort } from '../support/free-port.js';
import { createMemoryStore } from '../support/memory-store.js';
import { newTask } from '../support/new-task.js';
import { outputOf } from '../support/paused-renderer.js';
import { envoy, nginx } from './proxies.js';
import { WATCH_FORMS, watchOver } from './watch-over.js';

describe.each([
  ['Envoy', envoy],
  ['nginx', nginx],
])('%s, as deploy/ sets it up before two replicas,', (_, proxy) => {
  const store = createMemoryStore({ nowMs: () => systemClock.nowMs() });
  const replicas: ApiUnderTest[] = [];
  const closers: (() => unknown)[] = [];
  let client: ForeignClient;
  let url = '';
  let agent: Agent;

  beforeAll(async () => {
    const authority = await createAuthority();
    closers.push(() => authority.remove());
    for (let n = 0; n < 2; n += 1) replicas.push(await startApiUnderTest({ store, trustedProxies: ['127.0.0.0/8'] }));
    closers.push(() => Promise.all(replicas.map((replica) => replica.stop())));
    const port = await freePort();
    const certificate = await authority.issue('proxy');
    closers.push(await proxy.start({ port, certificate, replicas: replicas.map(({ api }) => api) }));
    url = `https://localhost:${port}`;
    const ca = await readFile(authority.ca);
    agent = new Agent({ ca });
    client = connect(`localhost:${port}`, credentials.createSsl(ca));
    closers.push(() => {
      client.close();
    });
    await eventually('it serves', async () => (await responseOf('/readyz').catch(() => null))?.statusCode === 200);
  });

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  async function responseOf(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    const [response] = (await once(get(url + path, { agent, headers }), 'response')) as [IncomingMessage];
    return response;
  }

  it.each(WATCH_FORMS)('passes %s on as they come', async (_form, accept, pattern) => {
    expect(await watchOver(url, replicas[0]!, { accept, pattern }, { agent })).toEqual([
      'QUEUED',
      'RUNNING',
      'SUCCEEDED',
    ]);
  });

  it('passes a watch by gRPC on as it comes, and the details of errors', async () => {
    const [replica] = replicas;
    await store.insert(newTask({ id: 'watched', nowMs: Date.now() }), '{}');
    const states: unknown[] = [];
    const call = client.watch({ name: 'tasks/watched' });
    call.on('data', (event: { task?: { state: string } }) => event.task && states.push(event.task.state));
    const ended = once(call, 'end');
    await eventually('the first state', () => states.length === 1);
    await replica!.change('watched', (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() }));
    await eventually('the second state', () => states.length === 2);
    await replica!.change('watched', (task) => succeeded(task, { outputs: [], warnings: [] }, Date.now()));
    await ended;
    expect(states).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
    expect(await failureOf(client.call('SubmitTask', { spec: { montage: {} } }))).toMatchObject({
      code: 3,
      details: { 'google.rpc.BadRequest': { field_violations: [{ field: 'spec.montage.materials' }] } },
    });
  });

  it('serves a part of a video, by the URL that has the host of the caller', async () => {
    const [replica] = replicas;
    await store.insert(newTask({ id: 'done', nowMs: Date.now() }), '{}');
    await replica!.change('done', (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() }));
    const output = outputOf({ key: { tenant: 'default', id: 'done' }, fence: 1, attemptId: 'a' });
    await replica!.change('done', (task) => succeeded(task, { outputs: [output], warnings: [] }, Date.now()));
    const task = JSON.parse((await bodyOf(await responseOf('/v1/tasks/done'))).toString()) as { videos: string[] };
    const [video] = task.videos;
    expect(video).toMatch(new RegExp(`^${url}/`));
    const part = await responseOf(video!.slice(url.length), { range: 'bytes=100-199' });
    expect(part.statusCode).toBe(206);
    expect(await bodyOf(part)).toEqual(replica!.video.subarray(100, 200));
  });

  it('lets no call fail while a replica stops', async () => {
    await store.insert(newTask({ id: 'left', nowMs: Date.now() }), '{}');
    let phase: 'before' | 'after' = 'before';
    const answered = { before: 0, after: 0 };
    const failures: unknown[] = [];
    const calls = (async () => {
      while (answered.after < 50) {
        const begun = phase;
        await Promise.all([
          client.call('GetTask', { name: 'tasks/left' }),
          responseOf('/v1/tasks/left').then(async (response) => {
            const text = (await bodyOf(response)).toString();
            if (response.statusCode !== 200) throw new Error(text);
          }),
        ]).catch((error: unknown) => failures.push(error));
        answered[begun] += 1;
      }
    })();
    await eventually('calls are answered', () => answered.before > 20);
    await replicas[0]!.api.stop();
    phase = 'after';
    await calls;
    expect(failures).toEqual([]);
  });
});

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
