import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { type SpawnedService, spawnService } from '../support/spawned-service.js';

const BOOTSTRAP = 'bootstrap-key-of-the-metrics-service-0123456';

let folder: string;
let service: SpawnedService | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-metrics-'));
});
afterEach(async () => {
  await service?.kill();
  service = null;
  await rm(folder, { recursive: true, force: true });
});

it('a further address has metrics and health without credentials, and nothing else', async () => {
  const port = await freePort();
  service = await spawnService({
    CUTROOM_DATA_DIR: join(folder, 'data'),
    CUTROOM_SLOTS: '0',
    CUTROOM_AUTH: 'keys',
    CUTROOM_BOOTSTRAP_KEY: BOOTSTRAP,
    CUTROOM_METRICS_ADDRESS: `127.0.0.1:${port}`,
  });
  const further = `http://127.0.0.1:${port}`;
  const page = await fetch(`${further}/metrics`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('cutroom_store_up 1');
  for (const path of ['/healthz', '/readyz']) expect((await fetch(further + path)).status, path).toBe(200);

  const headers = { authorization: `Bearer ${BOOTSTRAP}` };
  for (const path of ['/v1/tasks', '/v1/apiKeys', '/openapi.json', '/tasks/a/b.mp4', '/']) {
    expect((await fetch(further + path)).status, path).toBe(404);
    expect((await fetch(further + path, { headers })).status, `${path} with a key`).toBe(404);
  }
  expect((await fetch(`${further}/metrics`, { method: 'POST' })).status).toBe(405);
  expect(await statusFor(port, 'rebound.example')).toBe(421);

  // The address of callers keeps its metrics to itself.
  expect((await fetch(`${service.http}/metrics`)).status).toBe(401);
  expect((await fetch(`${service.http}/metrics`, { headers })).status).toBe(200);
  expect(await service.stop()).toBe(0);
  await expect(fetch(`${further}/metrics`)).rejects.toThrow('fetch failed');
});

/** The status of a page that is asked for by another name of the server, which `fetch` cannot do. */
function statusFor(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/metrics', headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .once('error', reject)
      .end();
  });
}
