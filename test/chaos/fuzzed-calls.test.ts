import fc from 'fast-check';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { anyTimeline } from '../unit/wire/timeline-arbitrary.js';
import { spawnService, type SpawnedService } from '../support/spawned-service.js';

/** `CALLS=100000` for the whole of it. */
const CALLS = Number(process.env.CALLS ?? 20_000);
const AT_ONCE = 16;
const BOOTSTRAP = 'bootstrap-key-of-the-fuzzed-service-0123456789';
/** What a heap of a process that answers calls may grow by between two collections. */
const MAX_GROWTH_BYTES = 96 * 1024 * 1024;

let folder: string;
let service: SpawnedService;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-fuzz-'));
  // Few tasks are stored, so that what grows is a leak.
  const limits =
    'default: { queued: 20, submits_per_second: 1000, watches: 2, inspections: 1, upload_bytes: 1 MiB, output_bytes: 1 GiB }';
  await writeFile(join(folder, 'limits.yaml'), limits);
  service = await spawnService({
    CUTROOM_DATA_DIR: join(folder, 'data'),
    CUTROOM_INPUT_ROOTS: join(folder, 'in'),
    CUTROOM_SLOTS: '0',
    CUTROOM_AUTH: 'keys',
    CUTROOM_BOOTSTRAP_KEY: BOOTSTRAP,
    CUTROOM_LIMITS_FILE: join(folder, 'limits.yaml'),
    CUTROOM_LOG_LEVEL: 'error',
  });
});
afterEach(async () => {
  await service.kill();
  await rm(folder, { recursive: true, force: true });
});

async function createKey(): Promise<string> {
  const { body } = await request(`${service.http}/v1/apiKeys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${BOOTSTRAP}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      apiKey: {
        displayName: 'fuzz',
        tenant: 'acme',
        scopes: ['tasks.submit', 'tasks.read', 'tasks.read_full', 'tasks.cancel', 'media.upload'],
      },
    }),
  });
  const { key, ...rest } = (await body.json()) as { key?: string };
  if (key === undefined) throw new Error(`no key was made: ${JSON.stringify(rest)}`);
  return key;
}

const MEMORY = /^VmRSS:\s+(\d+) kB/m;
const memoryBytes = async () => Number(MEMORY.exec(await readFile(`/proc/${service.pid}/status`, 'utf8'))?.[1]) * 1024;

const name = fc.oneof(
  fc.constantFrom('tasks', 'spec', 'montage', 'materials', 'uri', 'requestId', 'priority', 'timeouts', '__proto__'),
  fc.string(),
);
const value = fc.oneof(
  fc.constantFrom('a.mp4', 'http://127.0.0.1/', 'upload:../../x', '9e999', -1, 2 ** 53, null, '\u0000', [[[]]]),
  fc.jsonValue(),
);
const body = fc.oneof(
  fc.dictionary(name, value).map((object) => JSON.stringify(object)),
  fc
    .record({ uri: value, priority: value, more: fc.dictionary(name, value) })
    .map(({ uri, priority, more }) =>
      JSON.stringify({ spec: { montage: { materials: [{ uri }], ...more } }, priority, validateOnly: true }),
    ),
  anyTimeline.map((timeline) => JSON.stringify({ spec: { timeline }, validateOnly: true })),
  fc
    .record({ clip: fc.dictionary(name, value), canvas: value, variables: value })
    .map(({ clip, canvas, variables }) =>
      JSON.stringify({ spec: { timeline: { canvas, tracks: [{ clips: [clip] }] }, variables }, validateOnly: true }),
    ),
  fc.string(),
  fc.constantFrom('{"spec":{"montage":{"materials":[{"uri":"a.mp4"}]}}}', '[', '{"a":'.repeat(500)),
);
const path = fc.oneof(
  fc.constantFrom(
    '/v1/tasks',
    '/v1/tasks:validate',
    '/v1/media:probe',
    '/v1/capabilities',
    '/v1/apiKeys',
    '/api/v1/videos',
    '/api/v1/tasks',
    '/api/v1/musics',
    '/openapi.json',
    '/metrics',
    '/healthz',
  ),
  fc
    .tuple(
      fc.constantFrom('/v1/tasks/', '/api/v1/tasks/', '/api/v1/stream/', '/tasks/', '/v1/apiKeys/'),
      fc.string(),
      fc.constantFrom('', ':cancel', ':retry', ':watch', '/preview', '/final-1.mp4'),
    )
    .map(([a, b, c]) => a + encodeURIComponent(b.replace(/\p{Surrogate}/gu, '')) + c),
  fc.webPath(),
);
const query = fc.oneof(
  fc.constant(''),
  fc.webQueryParameters().map((text) => `?${text}`),
  fc.constantFrom(
    '?pageSize=-1',
    '?pageToken=x',
    '?filter=state%3D',
    '?waitTimeout=0.01s&waitForRevisionAfter=9',
    '?expires=1&signature=x',
  ),
);
const call = fc.record({
  method: fc.constantFrom('GET', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PUT', 'PATCH'),
  path,
  query,
  body,
  type: fc.constantFrom('application/json', 'multipart/form-data; boundary=b', 'text/plain', ''),
  credentials: fc.constantFrom('none', 'valid', 'wrong', 'odd'),
  odd: fc.string({ maxLength: 200 }).map((text) => text.replace(/[^\x21-\x7e]/g, '')),
});

it(
  `answers ${CALLS} calls of any form, with and without credentials, without a fault and without growing`,
  { timeout: 1_200_000 },
  async () => {
    const key = await createKey();
    const dispatcher = new Agent({ connections: AT_ONCE });
    const statuses = new Map<number, number>();
    const faults: string[] = [];
    const shown = { valid: `Bearer ${key}`, wrong: 'Bearer ck_0123456789abcdef_wrong' };

    async function send(one: (typeof calls)[number]): Promise<void> {
      const authorization =
        one.credentials === 'odd' ? one.odd : one.credentials === 'none' ? '' : shown[one.credentials];
      const hasBody = !['GET', 'HEAD'].includes(one.method);
      const { statusCode, body: answer } = await request(service.http + one.path.replace(/^(?!\/)/, '/') + one.query, {
        method: one.method as 'GET',
        dispatcher,
        headers: {
          ...(authorization === '' ? {} : { authorization }),
          ...(one.type === '' ? {} : { 'content-type': one.type }),
        },
        ...(hasBody ? { body: one.body } : {}),
      });
      await answer.dump();
      statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      if (statusCode === 500) faults.push(JSON.stringify(one).slice(0, 500));
    }

    let calls = fc.sample(call, 2_000);
    let sentCalls = 0;
    let settledBytes = 0;
    while (sentCalls < CALLS) {
      const queue = [...calls];
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let one = queue.pop(); one !== undefined; one = queue.pop()) await send(one);
        }),
      );
      sentCalls += calls.length;
      // Its caches and code are filled by then.
      if (sentCalls <= CALLS / 2) settledBytes = await memoryBytes();
      calls = fc.sample(call, 2_000);
    }
    await dispatcher.close();
    expect(faults).toEqual([]);
    expect(service.log.filter((line) => line.includes('"level":50'))).toEqual([]);
    // Every kind was there: answered, refused for its form, its credentials, its limits.
    for (const status of [200, 400, 401, 404]) expect(statuses.get(status) ?? 0, `${status}`).toBeGreaterThan(0);
    expect((await memoryBytes()) - settledBytes).toBeLessThan(MAX_GROWTH_BYTES);
    expect((await request(`${service.http}/healthz`)).statusCode).toBe(200);
  },
);
