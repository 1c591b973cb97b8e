import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimed, succeeded } from '../../../src/task/lifecycle.js';
import { forgedUrl } from '../../support/forged-url.js';
import { outputOf } from '../../support/paused-renderer.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

let under: ApiUnderTest;

beforeAll(async () => {
  under = await startApiUnderTest();
});

afterAll(async () => {
  await under.stop();
});

const body = (fields: Record<string, unknown> = {}) =>
  JSON.stringify({ spec: { montage: { materials: [{ uri: 'a.mp4' }], ...fields } } });

async function post(path: string, text: string): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(under.httpUrl + path, { method: 'POST', body: text });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

async function finishedTask(): Promise<{ name: string; url: string }> {
  const { json } = await post('/v1/tasks', body());
  const id = String(json.task_id ?? json.taskId);
  await under.change(id, (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() }));
  await under.change(id, (task) => {
    const output = outputOf({ key: { tenant: 'default', id }, fence: task.fence, attemptId: 'a' });
    return succeeded(task, { outputs: [output], warnings: [] }, Date.now());
  });
  const response = await fetch(`${under.httpUrl}/v1/tasks/${id}`);
  const { videos } = (await response.json()) as { videos: string[] };
  return { name: `tasks/${id}`, url: videos[0]! };
}

describe('the JSON API', () => {
  it('submits and polls, with unpopulated fields present', async () => {
    const { status, json } = await post('/v1/tasks', body());
    expect(status).toBe(200);
    expect(json).toMatchObject({ state: 'QUEUED', progress: 0, videos: [], error: null, revision: '1' });
    const polled = await fetch(`${under.httpUrl}/v1/${String(json.name)}`);
    expect(polled.headers.get('content-type')).toBe('application/json');
    expect(await polled.json()).toEqual({ ...json, queuePlace: { position: 1, estimatedStartTime: null } });
    const head = await fetch(`${under.httpUrl}/v1/${String(json.name)}`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100);
    const { json: cancelled } = await post(`/v1/${String(json.name)}:cancel`, '');
    expect(cancelled).toMatchObject({ state: 'CANCELLED', revision: '2' });
  });

  it('passes the same chain as gRPC: one line in the log for each call', async () => {
    const before = under.log.length;
    await post('/v1/tasks', '{"spec":');
    await fetch(`${under.httpUrl}/v1/tasks/nope`);
    expect(under.log.slice(before)).toMatchObject([
      { method: 'SubmitTask', code: 'INVALID_ARGUMENT' },
      { method: 'GetTask', task: 'tasks/nope', code: 'NOT_FOUND' },
    ]);
  });

  it('refuses a body that is too large without reading it, and a compressed one', async () => {
    const socket = connectSocket(under.api.httpPort, '127.0.0.1');
    socket.write(`POST /v1/tasks HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${4 * 1024 * 1024 + 1}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/i);
    socket.destroy();
    const compressed = await fetch(`${under.httpUrl}/v1/tasks`, {
      method: 'POST',
      body: 'x',
      headers: { 'content-encoding': 'gzip' },
    });
    expect(compressed.status).toBe(415);
  });

  it('answers 413 to a chunked body that is too large', async () => {
    const socket = connectSocket(under.api.httpPort, '127.0.0.1');
    socket.write('POST /v1/tasks HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n');
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    for (let i = 0; i < 5; i += 1) socket.write(Buffer.concat([Buffer.from('100000\r\n'), chunk, Buffer.from('\r\n')]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/i);
    socket.destroy();
  });

  it('serves several requests on one connection', async () => {
    const socket = connectSocket(under.api.httpPort, '127.0.0.1');
    let answers = '';
    socket.on('data', (data: Buffer) => (answers += data.toString()));
    socket.write(
      'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\nGET /v1/tasks/nope HTTP/1.1\r\nhost: localhost\r\n\r\n',
    );
    socket.write('GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    await once(socket, 'close');
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
  });
});

describe('a finished video', () => {
  it('is served whole, under its own name, for display', async () => {
    const { url } = await finishedTask();
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'video/mp4',
      'content-disposition': 'inline; filename="final-1.mp4"',
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      'content-length': String(under.video.length),
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(under.video)).toBe(true);
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(under.video.length));
  });

  it.each([
    ['bytes=0-99', 0, 100],
    ['bytes=9000-', 9_000, 10_000],
    ['bytes=-10', 9_990, 10_000],
    ['bytes=9990-99999', 9_990, 10_000],
  ])('is served in part: %s', async (range, start, end) => {
    const { url } = await finishedTask();
    const response = await fetch(url, { headers: { range } });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${under.video.length}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(under.video.subarray(start, end))).toBe(true);
  });

  it('has no part beyond its end', async () => {
    const { url } = await finishedTask();
    const response = await fetch(url, { headers: { range: 'bytes=20000-' } });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${under.video.length}`);
    expect(await response.json()).toMatchObject({ code: 11 });
  });

  it('is not sent again to a caller that has it', async () => {
    const { url } = await finishedTask();
    const etag = (await fetch(url)).headers.get('etag')!;
    // Not by fetch, which asks for a fresh answer as soon as a condition is set by hand.
    const [response] = (await once(get(url, { headers: { 'if-none-match': etag } }), 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(304);
  });

  it('is refused for a wrong signature, and for a missing task or file', async () => {
    const { url, name } = await finishedTask();
    const other = await finishedTask();
    const reasonOf = async (address: string) => {
      const response = await fetch(address);
      const { details } = (await response.json()) as { details: { reason: string }[] };
      return [response.status, details[0]!.reason];
    };
    expect(await reasonOf(forgedUrl(url))).toEqual([403, 'URL_SIGNATURE_INVALID']);
    expect(await reasonOf(url.replace(/expires=\d+/, 'expires=99999999999'))).toEqual([403, 'URL_SIGNATURE_INVALID']);
    expect(await reasonOf(url.replace(name, other.name))).toEqual([403, 'URL_SIGNATURE_INVALID']);
    expect((await fetch(url.slice(0, url.indexOf('?')))).status).toBe(200);
    expect(await reasonOf(url.replace('final-1', 'final-2'))).toEqual([404, 'OUTPUT_NOT_FOUND']);
    expect(await reasonOf(url.replace('final-1.mp4', '..%2f..%2fetc%2fpasswd'))).toEqual([404, 'OUTPUT_NOT_FOUND']);
  });

  it('is refused after its URL has expired', async () => {
    const short = await startApiUnderTest({ urlLifetimeMs: -2 * 3_600_000 });
    const before = under;
    under = short;
    try {
      const { url } = await finishedTask();
      const response = await fetch(url);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ details: [{ reason: 'URL_EXPIRED' }] });
    } finally {
      under = before;
      await short.stop();
    }
  });
});

describe('an HTTP server', () => {
  it('refuses calls with Retry-After during its shutdown, still serves videos and is not ready, then closes', async () => {
    const leaving = await startApiUnderTest();
    leaving.api.drain();
    const refused = await fetch(`${leaving.httpUrl}/v1/tasks`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('connection')).toBe('close');
    expect(await refused.json()).toMatchObject({ code: 14, details: [{ reason: 'DRAINING' }, { retryDelay: '1s' }] });
    expect((await fetch(`${leaving.httpUrl}/readyz`)).status).toBe(503);
    expect((await fetch(`${leaving.httpUrl}/healthz`)).status).toBe(200);
    expect((await fetch(`${leaving.httpUrl}/tasks/a/final-1.mp4`)).status).toBe(404);
    await leaving.stop();
    await expect(fetch(`${leaving.httpUrl}/healthz`)).rejects.toThrow();
  });

  it('closes without waiting for an idle connection', async () => {
    const leaving = await startApiUnderTest({ graceMs: 60_000 });
    const socket = connectSocket(leaving.api.httpPort, '127.0.0.1');
    socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(socket, 'data');
    const closed = once(socket, 'close');
    await leaving.stop();
    await closed;
  });

  it('is not ready while its store does not answer', async () => {
    const lame = await startApiUnderTest({ problem: () => Promise.reject(new Error('down')) });
    try {
      const response = await fetch(`${lame.httpUrl}/readyz`);
      expect([response.status, await response.text()]).toEqual([503, 'the store does not answer\n']);
    } finally {
      await lame.stop();
    }
  });

  it('is not ready while its machine has a problem, and names it', async () => {
    const full = await startApiUnderTest({ problem: () => Promise.resolve('the disk is full') });
    try {
      const response = await fetch(`${full.httpUrl}/readyz`);
      expect([response.status, await response.text()]).toEqual([503, 'the disk is full\n']);
    } finally {
      await full.stop();
    }
  });
});
