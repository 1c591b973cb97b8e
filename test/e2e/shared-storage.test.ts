import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { skipWithoutMongod, withClient } from '../support/mongod.js';
import type { SpawnedService } from '../support/spawned-service.js';
import { deploy, get, keptByAll, submit, watchToEnd, type Deployment } from './deployment.js';

const skip = skipWithoutMongod();

/** Machines with nothing in common but the database. */
describe.skipIf(skip)('machines on one MongoDB', () => {
  let place: Deployment;
  let api: SpawnedService;
  let first: SpawnedService;
  const machine = (name: string, env: Record<string, string> = {}) =>
    place.start({
      CUTROOM_DATA_DIR: join(place.dataDir, name),
      CUTROOM_INPUT_ROOTS: place.media.folder,
      CUTROOM_LEASE_MS: '3000',
      CUTROOM_HEARTBEAT_MS: '500',
      CUTROOM_SWEEP_MS: '200',
      ...env,
    });

  beforeAll(async () => {
    place = await deploy('MongoDB');
    await place.media.video('red.mp4', { size: '160x284', colors: ['c81e1e'], secondsEach: 2 });
    await place.media.video('busy.mp4', { size: '640x360', colors: [], secondsEach: 4, source: 'testsrc2' });
    const noFfmpeg = { CUTROOM_SLOTS: '0', CUTROOM_FFMPEG: '/nowhere/ffmpeg', CUTROOM_FFPROBE: '/nowhere/ffprobe' };
    [api, first] = await Promise.all([machine('api', noFfmpeg), machine('first')]);
  });
  afterAll(() => place.close());

  it('serve a video that another has rendered, whole and in ranges, after the other has gone', async () => {
    const client = place.client(api);
    const { name } = await submit(client, { materials: [{ uri: 'red.mp4' }], resolution: 144 });
    const task = (await watchToEnd(client, name)).at(-1)!.task;
    expect(task.state).toBe('SUCCEEDED');
    const [{ url, sha256, size_bytes: size }] = task.outputs as [(typeof task.outputs)[number]];
    expect(new URL(url).host).toBe(new URL(api.http).host);
    const answer = await fetch(url);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([answer.status, bytes.length]).toEqual([200, Number(size)]);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    const part = await fetch(url, { headers: { range: 'bytes=100-199' } });
    expect([part.status, Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 200))]).toEqual([206, true]);
    await client.call('DeleteTask', { name });
    expect((await fetch(url)).status).toBe(404);
  });

  it('look at inputs by a worker where they have no ffmpeg: probes, validations and uploads', async () => {
    const client = place.client(api);
    expect(await client.call('GetCapabilities', {})).toMatchObject({ slots: 1, builds: [{ workers: 1 }] });
    expect(await client.call('ProbeMedia', { uri: 'red.mp4' })).toMatchObject({ video: { width: 160, height: 284 } });
    const montage = { materials: [{ uri: 'red.mp4' }], resolution: 144 };
    const planned = await client.call('SubmitTask', { spec: { montage }, validate_only: true, probe: true });
    expect(planned).toMatchObject({ resolution: { videos: [{ duration: { seconds: '2' } }] } });

    const body = JSON.stringify({
      spec: { montage: { ...montage, narration: { uri: 'red.mp4' } } },
      validateOnly: true,
    });
    const refused = await fetch(`${api.http}/v1/tasks`, { method: 'POST', body });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringMatching(/spec\.montage\.narration\.uri.*INPUT_NO_AUDIO/) as string,
    ]);

    const send = async (bytes: Uint8Array<ArrayBuffer>) => {
      const form = new FormData();
      form.set('file', new Blob([bytes]), 'sent.mp4');
      return fetch(`${api.http}/api/v1/video_materials`, { method: 'POST', body: form });
    };
    const taken = await send(new Uint8Array(await readFile(place.media.path('red.mp4'))));
    const { data } = (await taken.json()) as { data: { file: string } };
    expect(await client.call('ProbeMedia', { uri: data.file })).toMatchObject({ video: { width: 160 } });
    expect((await send(new Uint8Array([1, 2, 3]))).status).toBe(400);
    const left = await withClient(place.uri!, async (mongo) => [
      await mongo
        .db()
        .collection('objects.files')
        .countDocuments({ filename: /^drafts\// }),
      await mongo
        .db()
        .collection('objects.files')
        .countDocuments({ filename: /^uploads\// }),
    ]);
    expect(left).toEqual([0, 1]);
    await eventually('no request is left', () =>
      withClient(place.uri!, async (mongo) => (await mongo.db().collection('inspections').countDocuments()) === 0),
    );
  });

  it('rotate the key of URLs together: within seconds all sign with the new one, and each takes URLs of both', async () => {
    const [here, there] = [place.client(api), place.client(first)];
    const { name } = await submit(here, { materials: [{ uri: 'red.mp4' }], resolution: 144 });
    expect((await watchToEnd(here, name)).at(-1)!.task.state).toBe('SUCCEEDED');
    const urlFrom = async (client: typeof here) => new URL((await get(client, name)).videos![0]!);
    const opens = async (url: URL) =>
      Promise.all([api, first].map(async ({ http }) => (await fetch(new URL(url.pathname + url.search, http))).status));
    const old = await urlFrom(there);
    await here.call('RotateUrlKey', {});
    const next = await urlFrom(here);
    expect(next.search).not.toBe(old.search);
    // Also at the very moment in which the other has not heard of it.
    expect(await opens(next)).toEqual([200, 200]);
    expect(await opens(old)).toEqual([200, 200]);
    await eventually(
      'the other signs with the new key',
      async () => (await urlFrom(there)).search === (await urlFrom(here)).search,
    );
    await there.call('RotateUrlKey', { end_old_keys: true });
    await eventually('no old URL opens', async () => (await opens(old)).every((status) => status === 403));
    expect(await opens(await urlFrom(there))).toEqual([200, 200]);
  });

  it('render with an upload that another has taken, and go on from its sections', async () => {
    const form = new FormData();
    form.set('file', new Blob([await readFile(place.media.path('red.mp4'))]), 'mine.mp4');
    const sent = await fetch(`${first.http}/api/v1/video_materials`, { method: 'POST', body: form });
    const { data } = (await sent.json()) as { data: { file: string } };
    const client = place.client(api);
    const before = await keptByAll(place.uri!);
    const materials = [{ uri: data.file }, ...Array.from({ length: 8 }, () => ({ uri: 'busy.mp4' }))];
    const { name } = await submit(client, { materials, longest_clip: { seconds: 4 }, resolution: 360 });
    // One of them may be the sound, and one of the two files of the first section, which has the poster: a whole section is there.
    await eventually('three results of steps', async () => (await keptByAll(place.uri!)) >= before + 3, 60_000);
    await first.kill();
    await machine('second');
    const task = (await watchToEnd(client, name)).at(-1)!.task;
    expect(task).toMatchObject({ state: 'SUCCEEDED', attempt: 2 });
    expect(Number(task.outputs[0]?.reused_duration?.seconds ?? 0)).toBeGreaterThan(4);
  });
});
