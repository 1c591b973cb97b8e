import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import type { ForeignClient } from '../support/foreign-client.js';
import { startHttpOrigin, type HttpOrigin } from '../support/http-origin.js';
import { skipWithoutMongod } from '../support/mongod.js';
import { namesBelow } from '../support/names-below.js';
import type { SpawnedService } from '../support/spawned-service.js';
import { deploy, submit, watchToEnd, type Deployment } from './deployment.js';

const SIGNED = 'X-Signature=s3cret';

/** How often inputs were fetched, by result. */
async function fetches(service: SpawnedService, source: string): Promise<Record<string, number>> {
  const page = await (await fetch(`${service.http}/metrics`)).text();
  const rows = page.matchAll(/^cutroom_inputs_fetched_total\{source="(\w+)",result="(\w+)"\} (\d+)$/gm);
  const ofSource = [...rows].filter((row) => row[1] === source);
  return Object.fromEntries(ofSource.map(([, , result, n]): [string, number] => [result!, Number(n)]));
}

describe('inputs that were downloaded', () => {
  let place: Deployment;
  let origin: HttpOrigin;
  let service: SpawnedService;
  let client: ForeignClient;
  beforeAll(async () => {
    [place, origin] = await Promise.all([deploy('SQLite'), startHttpOrigin()]);
    await place.media.video('red.mp4', { size: '160x284', colors: ['c81e1e'], secondsEach: 1 });
    const { size } = await stat(place.media.path('red.mp4'));
    origin.on('/red.mp4', (request, response) => {
      if (request.headers['if-none-match'] === '"red"') response.writeHead(304, { etag: '"red"' }).end();
      else
        createReadStream(place.media.path('red.mp4')).pipe(
          response.writeHead(200, { 'content-length': size, etag: '"red"' }),
        );
    });
    service = await start();
    client = place.client(service);
  });
  afterAll(async () => {
    await place.close();
    await origin.close();
  });

  const start = (env = {}) => place.start({ CUTROOM_HTTP_ALLOW: `127.0.0.1:${origin.port}`, ...env });
  const uri = (name: string) => `${origin.url}/${name}?${SIGNED}`;
  const states: number[] = [];
  const render = async (options: object = {}) => {
    const before = origin.requests.length;
    const { name } = await submit(client, { materials: [{ uri: uri('red.mp4') }], resolution: 144 }, options);
    expect((await watchToEnd(client, name)).at(-1)!.task.state).toBe('SUCCEEDED');
    states.push(origin.requests.length - before);
  };
  const kept = async () => {
    const entries = await readdir(join(place.dataDir, 'inputs'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  };

  it('are not downloaded again by later tasks and looks at inputs, unless those say so', async () => {
    await render();
    await render();
    await client.call('ProbeMedia', { uri: uri('red.mp4') });
    expect(await fetches(service, 'http')).toEqual({ miss: 1, hit: 2 });
    await render({ cache: 'CACHE_MODE_RELOAD' });
    await render({ cache: 'CACHE_MODE_NO_STORE' });
    expect(await fetches(service, 'http')).toEqual({ miss: 1, hit: 2, reload: 1, bypass: 1 });
    expect(origin.requests.map(({ headers }) => headers['if-none-match'] !== undefined)).toEqual([
      ...[false, true, true, false, false],
    ]);
    expect(states).toEqual([1, 1, 1, 1]);
  });

  it('are there after a kill, which leaves no part of another that counts, nor any file', async () => {
    let isUnderWay = false;
    origin.on('/part.mp4', (_, response) => {
      response.writeHead(200, { 'content-length': 1_000_000, etag: '"part"' }).write(Buffer.alloc(500_000));
      isUnderWay = true;
    });
    await submit(client, { materials: [{ uri: uri('part.mp4') }], resolution: 144 });
    const drafts = async () =>
      (await namesBelow(join(place.dataDir, 'scratch'))).filter((name) => name.includes('fetch-'));
    await eventually('a part of the file', async () => isUnderWay && (await drafts()).length === 1);
    const before = await kept();
    await service.kill();
    origin.on('/part.mp4', (_, response) => response.writeHead(404).end());
    service = await start();
    client = place.client(service);
    await eventually('the part is swept', async () => (await drafts()).length === 0);
    await render();
    expect(await fetches(service, 'http')).toEqual({ hit: 1 });
    expect(await kept()).toEqual(before);
    for (const file of before) expect(await readFile(file, 'latin1')).not.toContain('s3cret');
    expect(place.log().join('\n')).not.toContain('s3cret');
  });

  it('are removed by a service that is to keep none', async () => {
    await service.kill();
    service = await start({ CUTROOM_INPUT_CACHE_MB: '0' });
    client = place.client(service);
    await render();
    expect(await fetches(service, 'http')).toEqual({ bypass: 1 });
    await expect(kept()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe.skipIf(skipWithoutMongod())('uploads in GridFS', () => {
  it('are read by any worker, and downloaded once on each', async () => {
    const place = await deploy('MongoDB');
    try {
      await place.media.video('red.mp4', { size: '160x284', colors: ['c81e1e'], secondsEach: 1 });
      const machine = (name: string, env: Record<string, string> = {}) =>
        place.start({ CUTROOM_DATA_DIR: join(place.dataDir, name), ...env });
      const [api, worker] = await Promise.all([machine('api', { CUTROOM_SLOTS: '0' }), machine('worker')]);
      const client = place.client(api);
      await eventually('the worker is known', async () =>
        client.call('ProbeMedia', { uri: 'red.mp4' }).then(
          () => true,
          () => false,
        ),
      );
      const form = new FormData();
      form.set('file', new Blob([new Uint8Array(await readFile(place.media.path('red.mp4')))]), 'mine.mp4');
      const sent = await fetch(`${api.http}/api/v1/video_materials`, { method: 'POST', body: form });
      expect([sent.status, await sent.clone().text()]).toEqual([200, expect.any(String)]);
      const { data } = (await sent.json()) as { data: { file: string } };
      for (const uri of [data.file, `upload:${data.file.replace(/^upload:/, '')}`, data.file]) {
        const { name } = await submit(client, { materials: [{ uri }], resolution: 144 });
        expect((await watchToEnd(client, name)).at(-1)!.task.state).toBe('SUCCEEDED');
      }
      expect(await fetches(worker, 'upload')).toEqual({ miss: 1, hit: 2 });
    } finally {
      await place.close();
    }
  });
});
