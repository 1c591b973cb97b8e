import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { EventSource } from 'eventsource';
import { afterEach, describe, expect, it } from 'vitest';
import type { Task } from '../../../src/task/task.js';
import { claimed, progressed, succeeded } from '../../../src/task/lifecycle.js';
import { eventually } from '../../support/eventually.js';
import { progressAt } from '../../support/paused-renderer.js';
import { newTask } from '../../support/new-task.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: Parameters<typeof startApiUnderTest>[0] = {}): Promise<ApiUnderTest> {
  const under = await startApiUnderTest(options);
  closers.push(() => under.stop());
  return under;
}

async function storeTask(under: ApiUnderTest, id: string): Promise<void> {
  await under.store.insert(newTask({ id, nowMs: Date.now() }), '{}');
}

const run = (task: Task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() });
const finish = (task: Task) => succeeded(task, { outputs: [], warnings: [] }, Date.now());
const at = (percent: number) => (task: Task) => progressed(task, progressAt(percent), Date.now());

/** Reads a stream as it comes. */
async function open(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ response: IncomingMessage; text: () => string; ended: Promise<void> }> {
  const request = httpRequest(url, { headers });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<void>((resolve) => response.once('close', resolve));
  closers.push(() => request.destroy());
  return { response, text: () => text, ended };
}

const sse = { accept: 'text/event-stream' };
const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map(
      (line) =>
        JSON.parse(line) as { result?: { task?: { revision: string; state: string } }; error?: { code: number } },
    );

describe('a watch as lines of JSON', () => {
  it('sends every state at rising revisions and ends after the last', async () => {
    const under = await start();
    await storeTask(under, 'a');
    const stream = await open(`${under.httpUrl}/v1/tasks/a:watch`);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': expect.stringContaining('no-cache') as string,
    });
    await eventually('the first line', () => lines(stream.text()).length === 1);
    await under.change('a', run);
    await eventually('the second line', () => lines(stream.text()).length === 2);
    await under.change('a', finish);
    await stream.ended;
    expect(lines(stream.text()).map((l) => [l.result?.task?.revision, l.result?.task?.state])).toEqual([
      ['1', 'QUEUED'],
      ['2', 'RUNNING'],
      ['3', 'SUCCEEDED'],
    ]);
  });

  it('answers an error before the first line as an HTTP status, and a later one as the last line', async () => {
    const under = await start();
    const unknown = await fetch(`${under.httpUrl}/v1/tasks/nobody:watch`);
    expect([unknown.status, ((await unknown.json()) as { error: { code: number } }).error.code]).toEqual([404, 5]);
    expect((await fetch(`${under.httpUrl}/v1/tasks/a:watch?after_revision=-1`)).status).toBe(400);
    await storeTask(under, 'a');
    const stream = await open(`${under.httpUrl}/v1/tasks/a:watch`);
    await eventually('the first line', () => lines(stream.text()).length === 1);
    under.api.drain();
    await stream.ended;
    expect(lines(stream.text()).at(-1)).toMatchObject({ error: { code: 14 } });
  });

  it('prints enums as numbers for callers who ask for it', async () => {
    const under = await start();
    await storeTask(under, 'a');
    const stream = await open(`${under.httpUrl}/v1/tasks/a:watch?$alt=json%3Benum-encoding%3Dint`);
    await eventually('the first line', () => lines(stream.text()).length === 1);
    expect(lines(stream.text())[0]).toMatchObject({ result: { task: { state: 2 } } });
  });
});

describe('a watch as server-sent events', () => {
  it('is followed by an EventSource to its end, without endless reconnects', async () => {
    const under = await start();
    await storeTask(under, 'a');
    const states: string[] = [];
    const source = new EventSource(`${under.httpUrl}/v1/tasks/a:watch`);
    closers.push(() => {
      source.close();
    });
    source.onmessage = ({ data }) => states.push((JSON.parse(data as string) as { state: string }).state);
    await eventually('the first event', () => states.length === 1);
    await under.change('a', run);
    await under.change('a', at(50));
    await under.change('a', finish);
    await eventually('the end', () => states.at(-1) === 'SUCCEEDED');
    // It comes back once, with the cursor, and is told by 204 to stay away.
    await eventually('it stays away', () => source.readyState === source.CLOSED);
    expect(states.filter((state) => state === 'SUCCEEDED')).toHaveLength(1);
  });

  it('begins at Last-Event-ID, and is 204 when the caller has seen the end', async () => {
    const under = await start();
    await storeTask(under, 'a');
    await under.change('a', run);
    const stream = await open(`${under.httpUrl}/v1/tasks/a:watch`, { ...sse, 'last-event-id': '1' });
    await eventually('the state since', () => stream.text().includes('id: 2\n'));
    expect(stream.text()).toMatch(/^:.*\nretry: \d+\n\nid: 2\ndata: \{.*"state":"RUNNING"/);
    await under.change('a', finish);
    await stream.ended;
    const known = await fetch(`${under.httpUrl}/v1/tasks/a:watch`, { headers: { ...sse, 'last-event-id': '3' } });
    expect([known.status, await known.text()]).toEqual([204, '']);
  });

  it('opens at once without a change, and sends heartbeats as comments', async () => {
    const under = await start({ heartbeatMs: 300 });
    await storeTask(under, 'a');
    await under.change('a', run);
    const stream = await open(`${under.httpUrl}/v1/tasks/a:watch?after_revision=2`, sse);
    expect(stream.response.statusCode).toBe(200);
    await eventually('a heartbeat', () => stream.text().includes('\n: heartbeat\n'));
    expect(stream.text()).not.toContain('data:');
  });

  it('tells where a queued task stands with each heartbeat', async () => {
    const under = await start({ heartbeatMs: 300 });
    await storeTask(under, 'a');
    const stream = await open(`${under.httpUrl}/v1/tasks/a:watch?after_revision=1`, sse);
    await eventually('a heartbeat', () => stream.text().includes('event: heartbeat\n'));
    expect(stream.text()).toMatch(/^event: heartbeat\ndata: \{"queuePlace":\{"position":1,.*\}\}$/m);
  });

  it('passes a proxy that buffers the first kilobytes', async () => {
    const under = await start();
    await storeTask(under, 'a');
    const proxy = createServer((request, response) => {
      httpRequest(`${under.httpUrl}${request.url ?? ''}`, { headers: request.headers }, (upstream) => {
        response.writeHead(upstream.statusCode ?? 500, upstream.headers);
        let held: Buffer[] = [];
        let size = 0;
        upstream.on('data', (chunk: Buffer) => {
          held.push(chunk);
          size += chunk.length;
          if (size < 4096) return;
          response.write(Buffer.concat(held));
          held = [];
        });
        upstream.on('end', () => response.end(Buffer.concat(held)));
      }).end();
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    closers.push(
      () => proxy.close(),
      () => {
        proxy.closeAllConnections();
      },
    );
    const stream = await open(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/v1/tasks/a:watch`, sse);
    await eventually('the first event', () => stream.text().includes('id: 1\n'));
  });

  it('is resumed by a browser with its cursor when another server takes over', async () => {
    const leaving = await start();
    await storeTask(leaving, 'a');
    const port = leaving.api.httpPort;
    const states: string[] = [];
    const source = new EventSource(`${leaving.httpUrl}/v1/tasks/a:watch`);
    closers.push(() => {
      source.close();
    });
    source.onmessage = ({ data, lastEventId }) =>
      states.push(`${(JSON.parse(data as string) as { state: string }).state} ${lastEventId}`);
    await eventually('the first event', () => states.length === 1);
    leaving.api.drain();
    // A browser that is refused by a status closes for good, so it is not.
    const refused = await fetch(`${leaving.httpUrl}/v1/tasks/a:watch`, { headers: sse });
    expect([refused.status, await refused.text()]).toEqual([
      200,
      expect.stringMatching(/^: +\nretry: \d+\n\n: this server is shutting down.*\n\n$/),
    ]);
    await leaving.api.stop();
    const next = await start({ httpAddress: `127.0.0.1:${port}` });
    await storeTask(next, 'a');
    await next.change('a', run);
    await eventually('the state since', () => states.length === 2);
    expect(states).toEqual(['QUEUED 1', 'RUNNING 2']);
  });

  it('answers HEAD without watching', async () => {
    const under = await start();
    await storeTask(under, 'a');
    const head = await fetch(`${under.httpUrl}/v1/tasks/a:watch`, { method: 'HEAD', headers: sse });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    await eventually('its call is over', () => under.log.some((line) => line.method === 'WatchTask'));
  });

  it('is forgotten at once when its caller leaves', async () => {
    const under = await start();
    await storeTask(under, 'a');
    const stream = await open(`${under.httpUrl}/v1/tasks/a:watch`, sse);
    await eventually('the first event', () => stream.text().includes('id: 1\n'));
    stream.response.destroy();
    expect(
      await eventually('its call is over', () => under.log.find((line) => line.method === 'WatchTask')),
    ).toMatchObject({ code: 'CANCELLED' });
  });

  it('is cut when its reader stops, without a growing queue', async () => {
    const under = await start({ watcherStallMs: 200 });
    await storeTask(under, 'a');
    const request = httpRequest(`${under.httpUrl}/v1/tasks/a:watch`, { headers: sse });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.pause();
    await under.change('a', run);
    // More and more, until it is more than the sockets hold between them: warnings make each event large.
    const large =
      (n: number) =>
      (task: Task): Task => ({
        ...at(n)(task),
        warnings: [{ code: 'CUE_AFTER_END', message: 'x'.repeat(1_000_000), field: '', count: n }],
      });
    let n = 0;
    await eventually(
      'its call is over',
      async () => {
        await under.change('a', large((n += 1)));
        return under.log.some((line) => line.method === 'WatchTask');
      },
      20_000,
    );
    expect(under.log.find((line) => line.method === 'WatchTask')).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
  });
});

describe('a deadline of the caller', () => {
  it('ends a call with 504, and is 400 when it is malformed', async () => {
    const under = await start();
    await storeTask(under, 'a');
    const url = `${under.httpUrl}/v1/tasks/a?wait_for_revision_after=1&wait_timeout=30s`;
    const late = await fetch(url, { headers: { 'grpc-timeout': '100m' } });
    expect([late.status, ((await late.json()) as { code: number }).code]).toEqual([504, 4]);
    expect((await fetch(url, { headers: { 'grpc-timeout': 'soon' } })).status).toBe(400);
    expect(under.log.find((line) => line.method === 'GetTask')).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect((await fetch(`${under.httpUrl}/v1/tasks/a`, { headers: { 'grpc-timeout': '10S' } })).status).toBe(200);
  });
});

it('a deadline of the caller ends a stream with an error', async () => {
  const under = await start();
  await storeTask(under, 'a');
  const stream = await open(`${under.httpUrl}/v1/tasks/a:watch`, { 'grpc-timeout': '400m' });
  await stream.ended;
  expect(lines(stream.text())).toMatchObject([{ result: { task: { state: 'QUEUED' } } }, { error: { code: 4 } }]);
  expect(under.log.find((line) => line.method === 'WatchTask')).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

describe('a page of another origin', () => {
  const origin = 'https://studio.example';
  const post = (under: ApiUnderTest, headers: Record<string, string>) =>
    fetch(`${under.httpUrl}/v1/tasks`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ spec: { montage: { materials: [{ uri: 'a.mp4' }] } } }),
    });

  it('may call when its origin is allowed', async () => {
    const under = await start({ corsOrigins: [origin] });
    const preflight = await fetch(`${under.httpUrl}/v1/tasks`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });
    expect([
      preflight.status,
      preflight.headers.get('access-control-allow-origin'),
      preflight.headers.get('access-control-allow-headers'),
    ]).toEqual([204, origin, 'content-type']);
    const answer = await post(under, { origin });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    const packed = await post(under, { origin, 'content-encoding': 'br' });
    expect([packed.status, packed.headers.get('access-control-allow-origin')]).toEqual([415, origin]);
  });

  it('may neither read nor change anything otherwise', async () => {
    const under = await start();
    const answer = await post(under, { origin });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    expect(await under.store.count('default')).toBe(0);
    expect(
      (await fetch(`${under.httpUrl}/v1/tasks`, { headers: { origin } })).headers.get('access-control-allow-origin'),
    ).toBeNull();
    expect((await post(under, { origin: under.httpUrl })).status).toBe(200);
  });
});
