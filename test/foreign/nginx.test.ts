import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiUnderTest, startApiUnderTest } from '../integration/api/api-under-test.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { WATCH_FORMS, watchOver } from './watch-over.js';

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

it.each(WATCH_FORMS)('nginx passes %s on as they come', async (_, accept, pattern) => {
  expect(await watchOver(url, under, { accept, pattern })).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
});
