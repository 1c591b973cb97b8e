import { Metadata } from 'nice-grpc';
import { ChannelCredentials, createChannel, createClient, ServerError, Status } from 'nice-grpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TaskServiceDefinition } from '../../../generated/cutroom/v1/task_service.js';
import type { Authenticate } from '../../../src/api/chain/authenticate.js';
import { endlessSession } from '../../../src/task/authenticator.js';
import { SCOPES } from '../../../src/task/caller.js';
import { claimed, succeeded } from '../../../src/task/lifecycle.js';
import { outputOf } from '../../support/paused-renderer.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

/** A bearer's word is the tenant; nobody gets in without one. Health stays open, as a balancer needs it. */
const byBearer: Authenticate = async ({ origin }) => {
  const tenant = /^Bearer ([a-z]+)$/.exec(origin.metadata.get('authorization') ?? '')?.[1];
  if (tenant === undefined) throw new ServerError(Status.UNAUTHENTICATED, 'a bearer token is required');
  return Promise.resolve(endlessSession({ tenant, scopes: SCOPES, principal: 'test' }));
};

let under: ApiUnderTest;
const channels: { close(): void }[] = [];
beforeAll(async () => {
  under = await startApiUnderTest({ authenticate: byBearer });
});
afterAll(async () => {
  for (const channel of channels) channel.close();
  await under.stop();
});

function grpcAs(tenant: string | null) {
  const channel = createChannel(under.grpcAddress, ChannelCredentials.createInsecure());
  channels.push(channel);
  const client = createClient(TaskServiceDefinition, channel);
  const metadata = Metadata(tenant === null ? {} : { authorization: `Bearer ${tenant}` });
  return { client, options: { metadata } };
}

const SPEC = { kind: { $case: 'montage' as const, value: { materials: [{ uri: 'a.mp4' }] } } };

describe('a caller with a tenant of its own', () => {
  it('sees the tasks of that tenant over every transport, and no other tenant sees them', async () => {
    const acme = grpcAs('acme');
    const { name, taskId } = await acme.client.submitTask({ spec: SPEC }, acme.options);
    const get = (path: string, tenant: string) =>
      fetch(`${under.httpUrl}${path}`, { headers: { authorization: `Bearer ${tenant}` } });
    expect((await acme.client.getTask({ name }, acme.options)).name).toBe(name);
    expect((await get(`/v1/${name}`, 'acme')).status).toBe(200);
    expect((await get(`/api/v1/tasks/${taskId}`, 'acme')).status).toBe(200);

    const other = grpcAs('other');
    await expect(other.client.getTask({ name }, other.options)).rejects.toMatchObject({ code: Status.NOT_FOUND });
    await expect(other.client.cancelTask({ name }, other.options)).rejects.toMatchObject({ code: Status.NOT_FOUND });
    expect((await get(`/v1/${name}`, 'other')).status).toBe(404);
    expect((await get(`/api/v1/tasks/${taskId}`, 'other')).status).toBe(404);
    expect((await get('/v1/tasks', 'other').then((answer) => answer.json())) as object).toMatchObject({ tasks: [] });
  });

  it('gets signed URLs that open without credentials', async () => {
    const { client, options } = grpcAs('acme');
    const { taskId: id, name } = await client.submitTask({ spec: SPEC }, options);
    const before = (await under.store.get({ tenant: 'acme', id }))!;
    const running = claimed(before, { attemptId: 'x', owner: 'o', nowMs: 0 });
    const outputs = [outputOf({ key: { tenant: 'acme', id }, fence: 1, attemptId: 'x' })];
    await under.store.replace(before, running, { leaseMs: 60_000 });
    await under.store.replace(running, succeeded(running, { outputs, warnings: [] }, 0), { leaseMs: 0 });
    const [url = ''] = (await client.getTask({ name }, options)).videos;
    expect((await fetch(url)).status).toBe(200);
    const plain = url.slice(0, url.indexOf('?'));
    const as = (tenant: string) => fetch(plain, { headers: { authorization: `Bearer ${tenant}` } });
    expect([(await fetch(plain)).status, (await as('other')).status, (await as('acme')).status]).toEqual([
      401, 404, 200,
    ]);
    const record = (await (
      await fetch(`${under.httpUrl}/api/v1/tasks/${id}`, { headers: { authorization: 'Bearer acme' } })
    ).json()) as { data: { videos: string[] } };
    expect((await fetch(record.data.videos[0] ?? '')).status).toBe(200);
    // Of another tenant there is no such task.
    expect((await fetch(url.replace('tenant=acme', 'tenant=other'))).status).toBe(404);
  });
});

describe('a caller without credentials', () => {
  it('is refused over gRPC, unary and streaming, and over HTTP', async () => {
    const { client, options } = grpcAs(null);
    await expect(client.listTasks({}, options)).rejects.toMatchObject({ code: Status.UNAUTHENTICATED });
    const stream = client.watchTask({ name: 'tasks/a' }, options)[Symbol.asyncIterator]();
    await expect(stream.next()).rejects.toMatchObject({ code: Status.UNAUTHENTICATED });
    expect((await fetch(`${under.httpUrl}/v1/tasks`)).status).toBe(401);
    expect((await fetch(`${under.httpUrl}/v1/tasks/a:watch`)).status).toBe(401);
    expect((await fetch(`${under.httpUrl}/api/v1/tasks`)).status).toBe(401);
    expect((await fetch(`${under.httpUrl}/healthz`)).status).toBe(200);
  });
});
