import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { Montage } from '../../../generated/cutroom/v1/montage.js';
import { ListTasksRequest, ListTasksResponse, SubmitTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import { BadRequest } from '../../../generated/google/rpc/error_details.js';
import { Status } from '../../../generated/google/rpc/status.js';
import { MAX_REQUEST_VALUES } from '../../../src/wire/request-size.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

let under: ApiUnderTest;
afterEach(() => under.stop());

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** By `node:http`, which lets a test choose `Host`. */
async function send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const { port } = new URL(under.httpUrl);
  const request = httpRequest({ host: '127.0.0.1', port, method, path, headers });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

const SUBMIT = JSON.stringify({ spec: { montage: { materials: [{ uri: 'a.mp4' }] } } });
const countTasks = () => under.tasks.count('default');

describe('a request by a host name', () => {
  it.each([
    ['POST', '/v1/tasks'],
    ['GET', '/v1/tasks'],
    ['POST', '/api/v1/videos'],
    ['GET', '/api/v1/tasks'],
    ['GET', '/metrics'],
    ['GET', '/openapi.json'],
    ['GET', '/tasks/a/final-1.mp4'],
    ['GET', '/nothing'],
  ])('is refused when a foreign name leads to this machine: %s %s', async (method, path) => {
    under = await startApiUnderTest();
    const headers = { host: 'evil.example:8080', origin: 'http://evil.example:8080' };
    const answer = await send(method, path, headers, method === 'POST' ? SUBMIT : undefined);
    expect(answer.status).toBe(421);
    expect(answer.body).toContain('CUTROOM_ALLOWED_HOSTS');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(await countTasks()).toBe(0);
  });

  it.each(['localhost', 'LOCALHOST:1', 'localhost.', '127.0.0.1:8080', '127.1.2.3', '[::1]:8080', 'studio.example'])(
    'is answered by the host %s',
    async (host) => {
      under = await startApiUnderTest({ allowedHosts: { names: ['studio.example'], anyAddress: false } });
      expect(await send('GET', '/v1/tasks', { host })).toMatchObject({ status: 200 });
    },
  );

  it.each(['10.0.0.1', '[fe80::1]', '127.0.0.1.evil.example', '127.evil.example', 'localhost.evil.example'])(
    'is refused by the host %j',
    async (host) => {
      under = await startApiUnderTest();
      expect(await send('GET', '/v1/tasks', { host })).toMatchObject({ status: 421 });
    },
  );

  it('is answered by any address where the server is reachable by others, and by any name where none is listed', async () => {
    under = await startApiUnderTest({ allowedHosts: { names: [], anyAddress: true } });
    expect(await send('GET', '/v1/tasks', { host: '10.0.0.1:80' })).toMatchObject({ status: 200 });
    expect(await send('GET', '/v1/tasks', { host: 'evil.example' })).toMatchObject({ status: 421 });
    await under.stop();
    under = await startApiUnderTest({ allowedHosts: null });
    expect(await send('GET', '/v1/tasks', { host: 'cutroom.svc' })).toMatchObject({ status: 200 });
  });
});

describe('a cross-site request of a browser', () => {
  const crossSite = { 'sec-fetch-site': 'cross-site' };

  it('is refused where it changes something, also without an origin', async () => {
    under = await startApiUnderTest({ corsOrigins: ['https://studio.example'] });
    expect(await send('POST', '/v1/tasks', crossSite, SUBMIT)).toMatchObject({ status: 403 });
    expect(await send('POST', '/v1/tasks', { ...crossSite, origin: 'https://evil.example' }, SUBMIT)).toMatchObject({
      status: 403,
    });
    expect(await send('GET', '/v1/tasks', crossSite)).toMatchObject({ status: 200 });
    expect(await countTasks()).toBe(0);
  });

  it('is answered for an origin that is allowed', async () => {
    under = await startApiUnderTest({ corsOrigins: ['https://studio.example'] });
    const headers = { ...crossSite, origin: 'https://studio.example' };
    expect(await send('POST', '/v1/tasks', headers, SUBMIT)).toMatchObject({ status: 200 });
  });
});

it.each([
  '/v1/tasks',
  '/v1/nothing',
  '/healthz',
  '/metrics',
  '/openapi.json',
  '/docs',
  '/api/v1/tasks',
  '/tasks/a/b.mp4',
])('the server forbids browsers to guess the type of any answer: %s', async (path) => {
  under = await startApiUnderTest();
  expect((await send('GET', path, {})).headers['x-content-type-options']).toBe('nosniff');
});

/** Sends bytes as they are. */
function callRaw(method: string, bytes: Uint8Array): ReturnType<typeof callPath> {
  return callPath(`/cutroom.v1.TaskService/${method}`, bytes);
}

function callPath(path: string, bytes: Uint8Array): Promise<{ answer: Buffer | null; error: ServiceError | null }> {
  const client = new Client(under.grpcAddress, credentials.createInsecure());
  const same = (value: Uint8Array) => Buffer.from(value);
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      same,
      (b) => b,
      bytes,
      (error, answer) => {
        client.close();
        resolve({ answer: answer ?? null, error });
      },
    );
  });
}

function violationsOf(error: ServiceError | null): readonly { field: string; description: string }[] {
  const status = Status.decode(error?.metadata.get('grpc-status-details-bin')[0] as Buffer);
  const detail = status.details.find(({ typeUrl }) => typeUrl.endsWith('BadRequest'));
  return detail ? BadRequest.decode(detail.value).fieldViolations : [];
}

describe('a request over gRPC', () => {
  it('is reported as the fault of its caller when it cannot be decoded, also in the log', async () => {
    under = await startApiUnderTest();
    const { error } = await callRaw('SubmitTask', Buffer.from([0x0a, 0xff, 0xff]));
    expect(error?.code).toBe(3);
    expect(violationsOf(error)).toMatchObject([{ field: 'request', description: 'is no message of its type' }]);
    expect(under.log.filter(({ msg }) => msg === 'call')).toMatchObject([
      { method: 'SubmitTask', code: 'INVALID_ARGUMENT', level: 30 },
    ]);
  });

  it.each([
    '/grpc.health.v1.Health/Check',
    '/grpc.health.v1.Health/Watch',
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  ])('is the fault of its caller, too, where a library decodes it: %s', async (path) => {
    under = await startApiUnderTest();
    expect((await callPath(path, Buffer.from([0x0a, 0xff, 0xff]))).error?.code).toBe(3);
  });

  it('is refused before it is decoded when it has more values than any render needs', async () => {
    under = await startApiUnderTest();
    // Two bytes each: an empty material.
    const materials = Buffer.alloc(4 * 1024 * 1024 - 64);
    for (let i = 0; i < materials.length; i += 2) materials[i] = 0x0a;
    const length = (n: number) =>
      Buffer.from([(n & 0x7f) | 0x80, ((n >> 7) & 0x7f) | 0x80, ((n >> 14) & 0x7f) | 0x80, n >> 21]);
    const montage = Buffer.concat([Buffer.from([0x12]), length(materials.length), materials]);
    const { error } = await callRaw(
      'SubmitTask',
      Buffer.concat([Buffer.from([0x0a]), length(montage.length), montage]),
    );
    expect(error?.code).toBe(3);
    expect(violationsOf(error)).toMatchObject([{ description: `must have at most ${MAX_REQUEST_VALUES} values` }]);
  });

  it('is accepted with as many cues as a montage may have', async () => {
    under = await startApiUnderTest();
    const time = (seconds: number) => ({ seconds: BigInt(seconds), nanos: 5 });
    const cues = Array.from({ length: 5_000 }, (_, i) => ({
      start: time(i + 1),
      end: time(i + 2),
      text: 'x,[{"'.repeat(100),
    }));
    const value = Montage.fromPartial({
      materials: [{ uri: 'a.mp4' }],
      subtitles: { source: { $case: 'cues', value: { cues } } },
    });
    const request = SubmitTaskRequest.fromPartial({ spec: { kind: { $case: 'montage', value } } });
    expect(await callRaw('SubmitTask', SubmitTaskRequest.encode(request).finish())).toMatchObject({ error: null });
  });
});

describe('a body of JSON', () => {
  it.each(['/v1/tasks', '/api/v1/videos'])(
    'is refused when it has more values than any render needs: %s',
    async (path) => {
      under = await startApiUnderTest();
      const body = `{"spec":{"montage":{"materials":[${'{},'.repeat(1_000_000)}{}]}}}`;
      const answer = await send('POST', path, { 'content-type': 'application/json' }, body);
      expect(answer.status).toBe(400);
      expect(answer.body).toContain(`must have at most ${MAX_REQUEST_VALUES} values`);
    },
  );

  it('is answered with the first hundred violations and the number of the others', async () => {
    under = await startApiUnderTest();
    const cues = Array.from({ length: 5_000 }, () => ({ start: '2s', end: '1s', text: '' }));
    const body = JSON.stringify({
      spec: { montage: { materials: [{ uri: 'a.mp4' }], subtitles: { cues: { cues } } } },
    });
    const answer = await send('POST', '/v1/tasks', {}, body);
    expect(answer.body.length).toBeLessThan(64 * 1024);
    const { details } = JSON.parse(answer.body) as {
      details: { metadata?: { violations: string }; fieldViolations?: { description: string }[] }[];
    };
    const total = Number(details[0]?.metadata?.violations);
    expect(total).toBeGreaterThan(5_000);
    expect(details[1]?.fieldViolations).toHaveLength(101);
    expect(details[1]?.fieldViolations?.at(-1)?.description).toBe(`${total - 100} more violations are not listed`);
  });
});

describe('a page of tasks with large labels', () => {
  const labels = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`label-${i}`, '界'.repeat(256)]));

  it('stays below the 4 MiB of common clients, and the next page begins where it ends', async () => {
    under = await startApiUnderTest();
    const montage = Montage.fromPartial({ materials: [{ uri: 'a.mp4' }] });
    const submit = SubmitTaskRequest.encode(
      SubmitTaskRequest.fromPartial({ spec: { kind: { $case: 'montage', value: montage } }, labels }),
    ).finish();
    for (let i = 0; i < 120; i += 1) expect((await callRaw('SubmitTask', submit)).error).toBeNull();
    const seen = new Set<string>();
    let pageToken = '';
    do {
      const list = ListTasksRequest.encode(ListTasksRequest.fromPartial({ pageSize: 1_000, pageToken })).finish();
      const { answer, error } = await callRaw('ListTasks', list);
      expect(error).toBeNull();
      const page = ListTasksResponse.decode(answer!);
      for (const { name } of page.tasks) seen.add(name);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen.size).toBe(120);
  });
});
