import { type ChannelOptions, Client, credentials, Metadata } from '@grpc/grpc-js';
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { Task } from '../../../generated/cutroom/v1/task.js';
import { GetTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import { claimed, succeeded } from '../../../src/task/lifecycle.js';
import { outputOf } from '../../support/paused-renderer.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

let under: ApiUnderTest;
afterEach(() => under.stop());

const ANYWHERE = { allowedHosts: null } as const;

async function finishedTask(): Promise<string> {
  const body = JSON.stringify({ spec: { montage: { materials: [{ uri: 'a.mp4' }] } } });
  const { taskId: id } = (await ask('POST', '/v1/tasks', {}, body)) as { taskId: string };
  await under.change(id, (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() }));
  const output = outputOf({ key: { tenant: 'default', id }, fence: 1, attemptId: 'a' });
  await under.change(id, (task) => succeeded(task, { outputs: [output], warnings: [] }, Date.now()));
  return id;
}

async function ask(method: string, path: string, headers: Record<string, string>, body?: string): Promise<unknown> {
  const request = httpRequest({ host: '127.0.0.1', port: under.api.httpPort, method, path, headers });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return json(response);
}

/** The beginning of a finished video's URL, as a caller over HTTP sees it. */
async function overHttp(headers: Record<string, string>): Promise<string | undefined> {
  const id = await finishedTask();
  const { videos, outputs } = (await ask('GET', `/v1/tasks/${id}`, headers)) as Pick<Task, 'videos' | 'outputs'>;
  expect(outputs[0]?.url).toBe(videos[0]);
  return videos[0]?.split('/tasks/')[0];
}

async function overGrpc(options: ChannelOptions, metadata = new Metadata()): Promise<string | undefined> {
  const id = await finishedTask();
  const client = new Client(under.grpcAddress, credentials.createInsecure(), options);
  const task = await new Promise<Task>((resolve, reject) => {
    client.makeUnaryRequest(
      '/cutroom.v1.TaskService/GetTask',
      (request: GetTaskRequest) => Buffer.from(GetTaskRequest.encode(request).finish()),
      (bytes) => Task.decode(bytes),
      GetTaskRequest.fromPartial({ name: `tasks/${id}` }),
      metadata,
      (error, answer) => {
        client.close();
        if (error) reject(error);
        else resolve(answer!);
      },
    );
  });
  return task.videos[0]?.split('/tasks/')[0];
}

describe('the URL of a video', () => {
  it('has the host by which a caller over HTTP called', async () => {
    under = await startApiUnderTest({ ...ANYWHERE, httpAddress: '0.0.0.0:0' });
    expect(await overHttp({ host: 'studio.example:81' })).toBe('http://studio.example:81');
    expect(await overHttp({})).toBe(under.httpUrl);
  });

  it('has the host by which a caller over gRPC called, and the port of the HTTP server', async () => {
    under = await startApiUnderTest({ ...ANYWHERE, httpAddress: '0.0.0.0:0' });
    expect(await overGrpc({})).toBe(under.httpUrl);
    const named = { 'grpc.default_authority': 'studio.example:50051' };
    expect(await overGrpc(named)).toBe(`http://studio.example:${under.api.httpPort}`);
  });

  it('ignores a host that a caller over gRPC sends in its metadata', async () => {
    under = await startApiUnderTest();
    const metadata = new Metadata();
    for (const name of ['cutroom-authority', 'host', 'x-forwarded-host']) metadata.set(name, 'evil.example');
    expect(await overGrpc({}, metadata)).toBe(under.httpUrl);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'Forwarded',
      { forwarded: 'for=1;host=a.example, for=2;proto=https;host="studio.example"' },
      'https://studio.example',
    ],
    [
      'X-Forwarded-Host',
      { 'x-forwarded-host': 'studio.example:8443', 'x-forwarded-proto': 'https' },
      'https://studio.example:8443',
    ],
  ])('has the host of %s only from a trusted proxy', async (_, headers, wanted) => {
    under = await startApiUnderTest({ trustedProxies: ['127.0.0.0/8'] });
    expect(await overHttp(headers)).toBe(wanted);
    await under.stop();
    under = await startApiUnderTest({ trustedProxies: ['10.0.0.0/8', '::1'] });
    expect(await overHttp(headers)).toBe(under.httpUrl);
  });

  it.each(['a.example/evil', 'a.example"', 'user@a.example'])('never has a malformed host: %s', async (host) => {
    under = await startApiUnderTest(ANYWHERE);
    expect(await overHttp({ host })).toBe(under.httpUrl);
  });

  it('has the base that the operator chose, whatever the caller called', async () => {
    under = await startApiUnderTest({ ...ANYWHERE, publicUrl: 'https://cdn.example/videos' });
    expect(await overHttp({ host: 'studio.example' })).toBe('https://cdn.example/videos');
    expect(await overGrpc({})).toBe('https://cdn.example/videos');
  });
});

describe('a new key of URLs', () => {
  it('signs at once, lets URLs of the old key open, and ends them where the caller says so', async () => {
    under = await startApiUnderTest();
    const id = await finishedTask();
    const url = async (): Promise<string> =>
      ((await ask('GET', `/v1/tasks/${id}`, {})) as { videos: string[] }).videos[0]!;
    const status = async (of: string): Promise<number> => (await fetch(of)).status;
    const rotate = (body: object) => ask('POST', '/v1/urlKeys:rotate', {}, JSON.stringify(body));
    const first = await url();
    const { previousExpireTime } = (await rotate({})) as { previousExpireTime: string };
    // A URL lives at least the hour that is set here, and up to the end of the hour after it.
    expect(Date.parse(previousExpireTime)).toBeGreaterThan(Date.now() + 7_200_000 - 60_000);
    const second = await url();
    expect(second).not.toBe(first);
    expect([await status(first), await status(second)]).toEqual([200, 200]);
    expect(await rotate({})).toMatchObject({ details: [{ reason: 'URL_KEY_STILL_VALID' }, {}] });
    expect(await rotate({ endOldKeys: true })).toEqual({ previousExpireTime: null });
    expect([await status(first), await status(second), await status(await url())]).toEqual([403, 403, 200]);
  });
});
