import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { ChannelCredentials, createChannel, createClient, Metadata } from 'nice-grpc';
import { afterEach, describe, expect, it } from 'vitest';
import { TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import { parseLimits } from '../../../src/config/limits.js';
import { cancelled } from '../../../src/task/lifecycle.js';
import type { PerTenant } from '../../../src/task/ports/per-tenant.js';
import type { TenantLimits } from '../../../src/task/limits.js';
import { authenticated, KEYS_ONLY, storeKey } from '../../support/api-keys.js';
import { eventually } from '../../support/eventually.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function started(limits: string | PerTenant<TenantLimits>, more: Parameters<typeof startApiUnderTest>[0] = {}) {
  const api = await startApiUnderTest({
    limits: typeof limits === 'string' ? parseLimits(limits) : limits,
    withStore: (store) => authenticated(store, KEYS_ONLY),
    ...more,
  });
  ends.push(() => api.stop());
  const { text: acme } = await storeKey(api.store, { tenant: 'acme' });
  const { text: briar } = await storeKey(api.store, { tenant: 'briar' });
  return { api, acme, briar };
}

const SPEC = { montage: { materials: [{ uri: 'a.mp4' }] } };

function submit({ httpUrl }: ApiUnderTest, key: string, more: object = {}): Promise<Response> {
  return fetch(`${httpUrl}/v1/tasks`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ spec: SPEC, ...more }),
  });
}

interface ErrorBody {
  readonly details: readonly ({ readonly '@type': string } & Record<string, unknown>)[];
}

async function detailsOf(answer: Response): Promise<Record<string, Record<string, unknown>>> {
  const { details } = (await answer.json()) as ErrorBody;
  return Object.fromEntries(details.map(({ '@type': type, ...detail }) => [type.replace(/.*\./, ''), detail]));
}

describe('a tenant with limits', () => {
  it('is refused its next submit once its queue is full, and gets it when a task has left; others are not concerned', async () => {
    const { api, acme, briar } = await started('tenants: { acme: { queued: 3 } }');
    const answers = await Promise.all(Array.from({ length: 20 }, () => submit(api, acme)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    const refused = answers.find(({ status }) => status === 429)!;
    expect([...refused.headers]).toEqual(
      expect.arrayContaining([
        ['retry-after', '5'],
        ['ratelimit-policy', '"queued";q=3;qu="tasks"'],
        ['ratelimit', '"queued";r=0;t=5'],
      ]),
    );
    expect(await detailsOf(refused)).toMatchObject({
      ErrorInfo: { reason: 'QUOTA_EXCEEDED', metadata: { limit: 'queued', value: '3' } },
      QuotaFailure: { violations: [{ subject: 'queued' }] },
      RetryInfo: { retryDelay: '5s' },
    });
    for (let i = 0; i < 5; i++) expect((await submit(api, briar)).status).toBe(200);
    const [first] = await api.store.queued(1, { after: '' });
    await api.store.replace(first!, cancelled(first!, Date.now()), { leaseMs: 0 });
    await eventually('there is room again', async () => (await submit(api, acme)).status === 200);
  });

  it('gets the task of a repeated submit though its queue is full', async () => {
    const { api, acme } = await started('default: { queued: 1 }');
    const requestId = '7b7c0a3e-53ac-4b43-a1ac-7d4b5a6d9a01';
    const [first, second] = [await submit(api, acme, { requestId }), await submit(api, acme, { requestId })];
    expect([first.status, second.status, (await submit(api, acme)).status]).toEqual([200, 200, 429]);
    expect(((await second.json()) as { name: string }).name).toBe(((await first.json()) as { name: string }).name);
  });

  it('may submit so many at once, and then after the delay that it is told', async () => {
    const { api, acme } = await started('default: { submits_per_second: 4, submit_burst: 2 }');
    const answers = [await submit(api, acme), await submit(api, acme), await submit(api, acme)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const refused = answers[2]!;
    expect(refused.headers.get('ratelimit-policy')).toBe('"submits_per_second";q=2;qu="submits";w=1');
    expect(refused.headers.get('retry-after')).toBe('1');
    const { name } = (await answers[0]!.json()) as { name: string };
    const headers = { authorization: `Bearer ${acme}` };
    const again = () => fetch(`${api.httpUrl}/v1/${name}:redeliver`, { method: 'POST', headers, body: '{}' });
    expect((await again()).status).toBe(429);
    await eventually('the window is over', async () => (await submit(api, acme)).status === 200);
  });

  it('has so many watches at once, over gRPC and HTTP together, and another once one has ended', async () => {
    const { api, acme } = await started('default: { watches: 1 }');
    const { name } = (await (await submit(api, acme)).json()) as { name: string };
    const channel = createChannel(api.grpcAddress, ChannelCredentials.createInsecure());
    ends.push(() => {
      channel.close();
    });
    const client = createClient(TaskServiceDefinition, channel);
    const headers = { authorization: `Bearer ${acme}` };
    const metadata = Metadata(headers);
    const going = new AbortController();
    const open = await fetch(`${api.httpUrl}/v1/${name}:watch`, { headers, signal: going.signal });
    expect(open.status).toBe(200);
    const watch = async () => {
      for await (const event of client.watchTask({ name }, { metadata })) return event;
      return null;
    };
    await expect(watch()).rejects.toMatchObject({ code: 8 });
    going.abort();
    await eventually('the place is free', () => watch().catch(() => null));
  });

  it('is refused a higher priority, and outputs beyond its bytes, without a delay to wait for', async () => {
    const { api, acme } = await started('default: { max_priority: 1, output_bytes: 0 }');
    const [urgent, any] = [await submit(api, acme, { priority: 2 }), await submit(api, acme, { priority: 1 })];
    expect([urgent.status, any.status, any.headers.get('retry-after')]).toEqual([429, 429, null]);
    expect(await detailsOf(urgent)).toMatchObject({ QuotaFailure: { violations: [{ subject: 'max_priority' }] } });
    expect(await detailsOf(any)).toMatchObject({ QuotaFailure: { violations: [{ subject: 'output_bytes' }] } });
  });

  it('is refused a task whose inputs are known to have more bytes, before it is queued; a file counts once', async () => {
    const { api, acme } = await started('default: { input_bytes: 1500 }');
    const materials = (...uris: string[]) => ({ spec: { montage: { materials: uris.map((uri) => ({ uri })) } } });
    const refused = await submit(api, acme, materials('a.mp4', 'b.mp4'));
    expect(refused.status).toBe(429);
    expect(await detailsOf(refused)).toMatchObject({
      ErrorInfo: { reason: 'QUOTA_EXCEEDED', metadata: { limit: 'input_bytes', value: '1500', unit: 'bytes' } },
      QuotaFailure: { violations: [{ subject: 'input_bytes' }] },
    });
    expect((await submit(api, acme, { ...materials('a.mp4', 'b.mp4'), validateOnly: true })).status).toBe(429);
    expect((await submit(api, acme, materials('a.mp4', 'a.mp4', 'https://media.example/c'))).status).toBe(200);
  });

  it('calls over so many connections, gRPC and HTTP together; one more is refused and closed, and taken when another has closed', async () => {
    const { api, acme, briar } = await started('tenants: { acme: { connections: 2 } }');
    const connection = () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      ends.push(() => {
        agent.destroy();
      });
      const call = async (key: string) => {
        const headers = { authorization: `Bearer ${key}` };
        const request = get(`${api.httpUrl}/v1/tasks`, { agent, headers });
        const [answer] = (await once(request, 'response')) as [IncomingMessage];
        const { socket } = answer;
        return { status: answer.statusCode, text: await textOf(answer), socket };
      };
      return { agent, call };
    };
    const [first, second] = [connection(), connection()];
    const channel = createChannel(api.grpcAddress, ChannelCredentials.createInsecure());
    ends.push(() => {
      channel.close();
    });
    const client = createClient(TaskServiceDefinition, channel);
    await client.listTasks({}, { metadata: Metadata({ authorization: `Bearer ${acme}` }) });
    // The same connection again is no further one.
    for (let i = 0; i < 3; i += 1) expect((await first.call(acme)).status).toBe(200);
    const refused = await second.call(acme);
    expect([refused.status, JSON.parse(refused.text)]).toMatchObject([
      429,
      { details: [{ metadata: { limit: 'connections', value: '2' } }, {}, { retryDelay: '1s' }] },
    ]);
    if (!refused.socket.destroyed) await once(refused.socket, 'close');
    const others = connection();
    expect((await others.call(briar)).status).toBe(200);
    // A connection of several tenants counts for each.
    expect((await others.call(acme)).status).toBe(429);
    first.agent.destroy();
    await eventually('there is a place', async () => (await second.call(acme)).status === 200);
    await client.listTasks({}, { metadata: Metadata({ authorization: `Bearer ${acme}` }) });
  });

  it('is told who may be notified by hosts of its own', async () => {
    const { api, acme, briar } = await started('{}', {
      notifyRules: (tenant) => ({
        mode: 'listed',
        allow: [{ kind: 'name', name: `${tenant}.example`, port: null }],
      }),
    });
    const notify = { notify: [{ url: 'https://acme.example/hook' }] };
    expect([(await submit(api, acme, notify)).status, (await submit(api, briar, notify)).status]).toEqual([200, 400]);
  });

  it('is refused one upload more than it may have, also of those that arrive at once, and gets it once one is deleted', async () => {
    const inspector = {
      probe: () => Promise.resolve({ container: 'mp3', durationUs: 1, video: null, audio: {} } as never),
      check: () => Promise.reject(new Error('no spec is checked here')),
      resolve: () => Promise.reject(new Error('no spec is checked here')),
      requireRoom: () => undefined,
      isThere: () => Promise.resolve(true),
    };
    const { api, acme } = await started('default: { uploads: 2 }', { inspector });
    const headers = { authorization: `Bearer ${acme}` };
    const send = () => {
      const form = new FormData();
      form.append('file', new Blob([Buffer.alloc(10)]), 'a.mp3');
      return fetch(`${api.httpUrl}/api/v1/musics`, { method: 'POST', headers, body: form });
    };
    const atOnce = await Promise.all(Array.from({ length: 6 }, send));
    expect(atOnce.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(2);
    for (let tries = 0; (await send()).status === 200; tries++) expect(tries).toBeLessThan(2);
    const refused = await send();
    expect([refused.status, refused.headers.get('ratelimit-policy')]).toEqual([429, '"uploads";q=2;qu="uploads"']);
    const { data } = (await (await fetch(`${api.httpUrl}/api/v1/musics`, { headers })).json()) as {
      data: { files: { file: string }[] };
    };
    expect(data.files).toHaveLength(2);
    const gone = data.files[0]!.file.replace(/^.*\//, '');
    expect((await fetch(`${api.httpUrl}/api/v1/musics/${gone}`, { method: 'DELETE', headers })).status).toBe(200);
    expect((await send()).status).toBe(200);
  });

  it('is refused an upload beyond its bytes while it arrives, and nothing of it stays', async () => {
    const probe = () => Promise.reject(new Error('no whole file arrives here'));
    const inspector = {
      probe,
      check: probe,
      resolve: probe,
      requireRoom: () => undefined,
      isThere: () => Promise.resolve(true),
    };
    const { api, acme } = await started('default: { upload_bytes: 1000 }', { inspector });
    const form = new FormData();
    form.append('file', new Blob([Buffer.alloc(2000)]), 'a.mp3');
    const headers = { authorization: `Bearer ${acme}` };
    const answer = await fetch(`${api.httpUrl}/api/v1/musics`, { method: 'POST', headers, body: form });
    expect([answer.status, answer.headers.get('ratelimit-policy')]).toEqual([429, '"upload_bytes";q=1000;qu="bytes"']);
    expect(await api.tasks.count('acme')).toBe(0);
  });
});

it('asks the store nothing for a tenant without limits', async () => {
  const asked: string[] = [];
  const { api, acme } = await started({
    of: (tenant) => {
      asked.push(tenant);
      return parseLimits('').of(tenant);
    },
  });
  const store = api.store as unknown as Record<string, unknown>;
  for (const name of ['takeSubmit', 'countIn', 'outputBytes', 'pixelFramesOn', 'addPixelFrames'])
    store[name] = () => Promise.reject(new Error(`${name} was asked`));
  expect((await submit(api, acme)).status).toBe(200);
  expect(new Set(asked)).toEqual(new Set(['acme']));
});
