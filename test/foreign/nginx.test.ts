import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { claimed, succeeded } from '../../src/task/lifecycle.js';
import { type ApiUnderTest, startApiUnderTest } from '../integration/api/api-under-test.js';
import { eventually } from '../support/eventually.js';
import { newTask } from '../support/new-task.js';

let under: ApiUnderTest;
let url = '';
const closers: (() => unknown)[] = [];

/** As Debian ships it, which is with buffering. */
const configuration = (folder: string, port: number, upstream: number) => `
daemon off; pid ${folder}/pid; error_log stderr;
events {}
http {
  access_log off;
  gzip on; gzip_types *; gzip_proxied any;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${upstream}; } }
}`;

beforeAll(async () => {
  under = await startApiUnderTest();
  closers.push(() => under.stop());
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-nginx-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, under.api.httpPort));
  const nginx = spawn('/usr/sbin/nginx', ['-p', folder, '-c', 'nginx.conf'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(nginx, 'exit');
  closers.push(async () => {
    nginx.kill('SIGTERM');
    await exited;
  });
  url = `http://127.0.0.1:${port}`;
  await eventually('nginx listens', () =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

it.each([
  ['server-sent events', 'text/event-stream', /^data: .*"state":"(\w+)"/gm],
  ['lines of JSON', 'application/json', /^\{"result":.*"state":"(\w+)"/gm],
])('nginx passes %s on as they come', async (_, accept, pattern) => {
  const id = accept.replace('/', '-');
  await under.store.insert(newTask({ id, nowMs: Date.now() }), '{}');
  const [response] = (await once(
    get(`${url}/v1/tasks/${id}:watch`, { headers: { accept, 'accept-encoding': 'identity' } }),
    'response',
  )) as [IncomingMessage];
  let text = '';
  response.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(response, 'end');
  const states = () => [...text.matchAll(pattern)].map(([, state]) => state);
  await eventually('the first state', () => states().length === 1);
  await under.change(id, (task) => claimed(task, { attemptId: 'a', owner: 'o', nowMs: Date.now() }));
  await eventually('the second state', () => states().length === 2);
  await under.change(id, (task) => succeeded(task, { outputs: [], warnings: [] }, Date.now()));
  await ended;
  expect(states()).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
});
