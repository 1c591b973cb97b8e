import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { failureOf, type ForeignClient } from '../support/foreign-client.js';
import { startHttpOrigin, type HttpOrigin } from '../support/http-origin.js';
import { colorDistance, readSound, readVideo, toneAt } from '../support/media-content.js';
import { namesBelow } from '../support/names-below.js';
import { createPollingClient } from '../support/polling-client.js';
import type { SpawnedService } from '../support/spawned-service.js';
import { deploy, get, submit, watchToEnd, type Deployment } from './deployment.js';

const run = promisify(execFile);
const bin = fileURLToPath(new URL('../../dist/src/cli/cutroom.js', import.meta.url));
/** What a storage service signs its URLs with. */
const SIGNED = 'X-Signature=s3cret';

let place: Deployment;
let origin: HttpOrigin;
let service: SpawnedService;
let client: ForeignClient;
beforeAll(async () => {
  [place, origin] = await Promise.all([deploy('SQLite'), startHttpOrigin()]);
  await place.media.video('red.mp4', { size: '160x284', colors: ['c81e1e'], secondsEach: 2 });
  await place.media.image('blue.png', { size: '160x284', colors: ['1e3cc8', '1e3cc8', '1e3cc8', '1e3cc8'] });
  await place.media.tones('voice.wav', { hz: [440], secondsEach: 3 });
  await place.media.tones('song.mp3', { hz: [200], secondsEach: 1 });
  await place.media.file('text.srt', '1\n00:00:00,000 --> 00:00:02,000\nHello\n');
  for (const name of ['red.mp4', 'blue.png', 'voice.wav', 'song.mp3', 'text.srt']) {
    const { size } = await stat(place.media.path(name));
    origin.on(`/${name}`, (_, response) => {
      createReadStream(place.media.path(name)).pipe(response.writeHead(200, { 'content-length': size }));
    });
  }
  origin.on('/endless.mp4', (_, response) => {
    response.writeHead(200, { 'content-length': 1_000_000_000 });
    // Faster than any limit, for longer than any test.
    const more = (): void => {
      if (!response.destroyed) response.write(Buffer.alloc(65_536), () => setTimeout(more, 10));
    };
    more();
  });
  service = await place.start({ CUTROOM_HTTP_ALLOW: `127.0.0.1:${origin.port}` });
  client = place.client(service);
});
afterAll(async () => {
  await place.close();
  await origin.close();
});

const at = (name: string) => `${origin.url}/${name}?${SIGNED}`;
/** What lies in the scratch folders of attempts and looks now. */
async function scratchFiles(): Promise<string[]> {
  // A folder for each process, which lives as long as that.
  return (await namesBelow(join(place.dataDir, 'scratch'))).filter((name) => name.includes('/'));
}

/** A task whose download is under way. */
async function downloading() {
  const task = await submit(client, { materials: [{ uri: at('endless.mp4') }], resolution: 144 });
  await eventually('a part of the file', async () =>
    (await scratchFiles()).some((name) => /\/(?:downloads\/|fetch-)./.test(name)),
  );
  return task;
}

describe('a limits file', () => {
  it('has the hosts and the bytes of what tasks download, also of those that are queued', async () => {
    const limits = join(place.dataDir, 'limits.yaml');
    await writeFile(limits, `default: { http_allow: ["127.0.0.1:${origin.port}"], input_bytes: 1 KiB }`);
    const limited = await place.start({
      CUTROOM_DATA_DIR: join(place.dataDir, 'limited'),
      CUTROOM_LIMITS_FILE: limits,
    });
    const of = place.client(limited);
    const { name } = await submit(of, { materials: [{ uri: at('red.mp4') }], resolution: 144 });
    expect((await watchToEnd(of, name)).at(-1)!.task).toMatchObject({
      state: 'FAILED',
      failures: 1,
      error: { reason: 'TASK_TOO_LARGE', category: 'CATEGORY_SPEC', field: 'spec.montage.materials[0].uri' },
    });
    await limited.stop();
  });
});

describe('inputs that are web addresses', () => {
  it('render to a video of visuals, narration, music and subtitles', async () => {
    const task = await submit(client, {
      materials: [{ uri: at('red.mp4') }, { uri: at('blue.png') }],
      longest_clip: { seconds: 2 },
      resolution: 144,
      narration: { uri: at('voice.wav') },
      music: { uri: at('song.mp3') },
      subtitles: { uri: at('text.srt') },
    });
    const end = (await watchToEnd(client, task.name)).at(-1)!.task;
    expect(end).toMatchObject({ state: 'SUCCEEDED', outputs: [{ frame_count: 90 }] });
    const file = place.media.path('result.mp4');
    await writeFile(file, Buffer.from(await (await fetch(end.videos![0]!)).arrayBuffer()));
    const video = await readVideo(file);
    expect(colorDistance(video.colorAt(30, 0.5, 0.25), 'c81e1e')).toBeLessThan(12);
    expect(colorDistance(video.colorAt(75, 0.5, 0.25), '1e3cc8')).toBeLessThan(12);
    expect(toneAt((await readSound(file)).left, 440, 0.5, 2.5)).toBeGreaterThan(0.2);
    expect(await scratchFiles()).toEqual([]);
  });

  it('are accepted from a client of MoneyPrinterTurbo', async () => {
    const their = createPollingClient(service.http, { intervalMs: 50 });
    const id = await their.create({
      video_subject: 's',
      video_source: 'pexels',
      video_materials: [{ provider: 'pexels', url: at('red.mp4'), duration: 2 }],
      custom_audio_file: at('voice.wav'),
      bgm_type: 'custom',
      bgm_file: at('song.mp3'),
      subtitle_file: at('text.srt'),
      video_concat_mode: 'sequential',
      video_clip_duration: 2,
    });
    expect((await their.poll(id)).at(-1)).toMatchObject({ state: 1, progress: 100 });
    const missing = await their.create({
      video_subject: 's',
      video_materials: [{ url: at('gone.mp4') }],
      custom_audio_file: 'voice.wav',
      bgm_type: '',
    });
    const end = (await their.poll(missing)).at(-1)!;
    expect(end).toMatchObject({
      state: -1,
      failed_stage: 'materials',
      error: `INPUT_NOT_FOUND: video_materials[0].url: this input could not be fetched from ${origin.host}: it answered 404`,
    });
    await expect(
      their.create({
        video_subject: 's',
        video_materials: [{ url: 'http://169.254.169.254/' }],
        custom_audio_file: 'voice.wav',
        bgm_type: '',
      }),
    ).rejects.toThrow(/^400: video_materials\[0\]\.url: .*link-local/);
  });

  it('are refused at submit for a non-public address, and fail with host and field and without the query', async () => {
    const refused = await failureOf(
      submit(client, {
        materials: [{ uri: `http://10.0.0.1/a.mp4?${SIGNED}` }, { uri: 'http://[::ffff:127.0.0.1]:1/' }],
      }),
    );
    expect(refused).toMatchObject({
      code: 3,
      details: {
        'google.rpc.BadRequest': {
          field_violations: [
            {
              field: 'spec.montage.materials[0].uri',
              description: 'leads to 10.0.0.1, which is no public address but a private one',
            },
            {
              field: 'spec.montage.materials[1].uri',
              description: 'leads to [::ffff:7f00:1]:1, which is no public address but a loopback one',
            },
          ],
        },
      },
    });
    origin.on('/forbidden.mp4', (_, response) => response.writeHead(403).end());
    const task = await submit(client, { materials: [{ uri: at('forbidden.mp4') }] });
    const end = (await watchToEnd(client, task.name)).at(-1)!.task;
    expect(end.error).toMatchObject({
      reason: 'INPUT_FETCH_REFUSED',
      category: 'CATEGORY_INPUT_FETCH',
      field: 'spec.montage.materials[0].uri',
      status: { message: expect.stringContaining(origin.host) as string },
    });
    expect(JSON.stringify(end.error)).not.toContain('s3cret');
  });

  it('can be inspected before a submit', async () => {
    expect(await client.call('ProbeMedia', { uri: at('red.mp4') })).toMatchObject({
      video: { codec: 'h264', width: 160 },
    });
    const failure = await failureOf(
      submit(client, { materials: [{ uri: at('red.mp4') }, { uri: at('gone.mp4') }] }, { validate_only: true }),
    );
    expect(failure.details['google.rpc.BadRequest']).toMatchObject({
      field_violations: [
        { field: 'spec.montage.materials[1].uri', description: expect.stringContaining('INPUT_NOT_FOUND') as string },
      ],
    });
    expect(await scratchFiles()).toEqual([]);
  });

  it('are fetched in the phase FETCHING, which a cancel ends at once without a partial file', async () => {
    const task = await downloading();
    expect(await get(client, task.name)).toMatchObject({
      state: 'RUNNING',
      progress_detail: { phase: 'PHASE_FETCHING' },
    });
    await client.call('CancelTask', { name: task.name });
    await eventually(
      'no connection and no file',
      async () => (await origin.connections()) === 0 && (await scratchFiles()).length === 0,
      1000,
    );
  });

  it('leave nothing behind a service that is killed, once another starts', async () => {
    const task = await downloading();
    await service.kill();
    expect(await scratchFiles()).not.toEqual([]);
    service = await place.start({ CUTROOM_SLOTS: '1', CUTROOM_HTTP_INPUTS: 'off' });
    client = place.client(service);
    // It may not fetch any more.
    expect((await watchToEnd(client, task.name)).at(-1)!.task).toMatchObject({
      state: 'FAILED',
      error: { reason: 'INPUT_ADDRESS_REFUSED' },
    });
    expect(await scratchFiles()).toEqual([]);
  });

  it('are fetched by `cutroom render` too, by the same rules', async () => {
    const spec = place.media.path('spec.json');
    const video = place.media.path('here.mp4');
    await writeFile(
      spec,
      JSON.stringify({ montage: { materials: [{ uri: at('blue.png') }], longestClip: '1s', resolution: 144 } }),
    );
    const render = (env: Record<string, string>) =>
      run(process.execPath, [bin, 'render', spec, '-o', video], { env: { ...process.env, ...env } });
    await expect(render({})).rejects.toMatchObject({
      stderr: expect.stringContaining('no public address but a loopback one') as string,
    });
    await render({ CUTROOM_HTTP_ALLOW: origin.host });
    expect((await stat(video)).size).toBeGreaterThan(1000);
  });

  it('have their signatures in no log', () => {
    const log = place.log().join('\n');
    expect(log).toContain('INPUT_FETCH_REFUSED');
    expect(log).not.toContain('s3cret');
  });
});
