import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ByteRange, parseMediaPlaylist } from '../../src/engine/outputs/hls/media-playlist.js';
import { ffprobe } from '../fixtures/run-ffmpeg.js';
import { connect, type ForeignClient } from '../support/foreign-client.js';
import { forgedUrl } from '../support/forged-url.js';
import { colorDistance, readSound, readVideo } from '../support/media-content.js';
import type { SpawnedService } from '../support/spawned-service.js';
import { deploy, type Deployment, type ForeignTask, submit, watchToEnd } from './deployment.js';

const run = promisify(execFile);
const bin = fileURLToPath(new URL('../../dist/src/cli/cutroom.js', import.meta.url));
const COLORS = ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E'] as const;
const montage = { materials: [{ uri: 'colors.mp4' }], longest_clip: { seconds: 60 }, resolution: 144 };
const outputs = [{ key: 'stream.m3u8', hls: { short_sides: [144, 72], segment: { seconds: 2 } } }];

let place: Deployment;
let service: SpawnedService;
let client: ForeignClient;
beforeAll(async () => {
  place = await deploy('SQLite');
  service = await place.start({ CUTROOM_CORS_ORIGINS: 'https://player.example' });
  client = connect(service.grpc);
  await place.media.video('colors.mp4', { size: '144x256', colors: COLORS, secondsEach: 4, matrix: 'bt709' });
  await place.media.tones('tones.wav', { hz: [400, 800], secondsEach: 8 });
});
afterAll(async () => {
  client.close();
  await place.close();
});

describe('a stream of a service', () => {
  let task: ForeignTask;
  let url: string;
  beforeAll(async () => {
    const music = { uri: 'tones.wav' };
    const { name } = await submit(client, { ...montage, music }, { spec: { montage: { ...montage, music }, outputs } });
    task = (await watchToEnd(client, name)).at(-1)!.task;
    expect(task).toMatchObject({ state: 'SUCCEEDED' });
    url = task.outputs[0]!.url;
  });

  it('plays in ffmpeg over HTTP by its one signed URL', async () => {
    expect(url).toMatch(/\/tasks\/[^/]+\/expires=\d+&signature=[\w-]+\/stream\.m3u8$/);
    const { programs } = (await ffprobe(['-show_entries', 'program=nb_streams:program_tags=variant_bitrate', url])) as {
      programs: { tags: { variant_bitrate: string } }[];
    };
    expect(programs).toHaveLength(2);
    for (const { tags } of programs) expect(Number(tags.variant_bitrate)).toBeGreaterThan(10_000);
    const video = await readVideo(url);
    expect([video.width, video.frames.length]).toEqual([144, 480]);
    for (const [i, color] of COLORS.entries())
      expect(colorDistance(video.colorAt(i * 120 + 60, 0.5, 0.5), color)).toBeLessThan(12);
    expect((await readSound(url)).left.length / 48_000).toBeCloseTo(16, 1);
  });

  it('has segments that play by themselves, as ranges of their file', async () => {
    const text = await (await fetch(new URL('stream.144.m3u8', url))).text();
    const { file, head, segments } = parseMediaPlaylist(text)!;
    const bytesOf = async ({ offset, bytes }: ByteRange) => {
      const range = `bytes=${offset}-${offset + bytes - 1}`;
      return Buffer.from(await (await fetch(new URL(file, url), { headers: { range } })).arrayBuffer());
    };
    expect(segments).toHaveLength(8);
    for (const [i, segment] of segments.entries()) {
      const alone = await place.media.file('alone.mp4', Buffer.concat([await bytesOf(head), await bytesOf(segment)]));
      const video = await readVideo(alone);
      expect(video.frames, `segment ${i}`).toHaveLength(60);
      for (const frame of [0, 59])
        expect(colorDistance(video.colorAt(frame, 0.5, 0.5), COLORS[Math.floor(i / 2)]!), `${i}`).toBeLessThan(12);
    }
  });

  it.each([
    ['stream.m3u8', 'application/vnd.apple.mpegurl'],
    ['stream.144.m3u8', 'application/vnd.apple.mpegurl'],
    ['stream.72.mp4', 'video/mp4'],
    ['stream.audio.mp4', 'audio/mp4'],
    ['stream.m3u8.poster.jpg', 'image/jpeg'],
  ])('serves %s as %s to the pages that may call it', async (file, type) => {
    const answer = await fetch(new URL(file, url), {
      headers: { origin: 'https://player.example', range: 'bytes=2-5' },
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([206, type]);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://player.example');
    expect(answer.headers.get('access-control-expose-headers')).toContain('Content-Range');
    expect((await answer.arrayBuffer()).byteLength).toBe(4);
    // A range is no simple header: a browser asks first.
    const preflight = {
      origin: 'https://player.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'range',
    };
    const asked = await fetch(new URL(file, url), { method: 'OPTIONS', headers: preflight });
    expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([204, 'range']);
  });

  it('plays without a signature where none is needed, also by the routes of MoneyPrinterTurbo', async () => {
    for (const path of [`tasks/${task.task_id}`, `api/v1/stream/${task.task_id}`]) {
      const { streams } = (await ffprobe([
        '-show_entries',
        'stream=codec_type',
        `${service.http}/${path}/stream.m3u8`,
      ])) as {
        streams: object[];
      };
      expect(streams, path).toHaveLength(3);
    }
  });

  it.each([
    ['another file', (from: string) => from.replace('stream.m3u8', 'other.mp4'), 404],
    ['another signature', forgedUrl, 403],
    ['a later end', (from: string) => from.replace(/expires=\d/, 'expires=9'), 403],
    ['nothing of a signature', (from: string) => from.replace(/expires=[^/]*/, 'x'), 403],
  ])('is refused with %s', async (_, change, status) => {
    const answer = await fetch(change(url));
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { message: string }).message).not.toContain('signature=');
  });
});

describe('cutroom render', () => {
  it('puts a stream with all its files where it is told', async () => {
    const folder = place.media.folder;
    const spec = path.join(folder, 'stream.yaml');
    await writeFile(
      spec,
      'montage: {materials: [{uri: colors.mp4}], longestClip: 3s, resolution: 144}\noutputs: [{hls: {shortSides: [72]}}, {mp4: {}, thumbnails: {count: 1}}]\n',
    );
    const file = path.join(folder, 'out', 'my.m3u8');
    await run('mkdir', [path.dirname(file)]);
    await run(process.execPath, [bin, 'render', spec, '-o', file]);
    expect((await readdir(path.dirname(file))).sort()).toEqual([
      ...['my-2.mp4', 'my-2.mp4.thumbnail-01.jpg'],
      ...['my.72.m3u8', 'my.72.mp4', 'my.audio.m3u8', 'my.audio.mp4', 'my.m3u8'],
    ]);
    const video = await readVideo(file);
    expect([video.width, video.frames.length]).toEqual([72, 90]);
  });
});
