import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { createPollingClient } from '../support/polling-client.js';
import type { SpawnedService } from '../support/spawned-service.js';
import { deploy, type Deployment } from './deployment.js';

let place: Deployment;
let service: SpawnedService;
beforeAll(async () => {
  place = await deploy('SQLite');
  await place.media.video('red.mp4', { size: '160x284', colors: ['c81e1e'], secondsEach: 1 });
  await place.media.image('blue.png', { size: '160x284', colors: ['1e3cc8', '1e3cc8', '1e3cc8', '1e3cc8'] });
  await place.media.tones('voice.wav', { hz: [440], secondsEach: 1 });
  // Away from the input roots: what is uploaded is then found only because it was.
  const elsewhere = join(place.dataDir, 'empty');
  await mkdir(elsewhere);
  service = await place.start({ CUTROOM_INPUT_ROOTS: elsewhere, CUTROOM_UPLOAD_MB: '1' });
});
afterAll(() => place.close());

interface Answer {
  readonly status: number;
  readonly message: string;
  readonly data?: { readonly file?: string; readonly files?: readonly { name: string; file: string; size: number }[] };
}

async function send(
  kind: 'musics' | 'video_materials',
  form: FormData | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${service.http}/api/v1/${kind}`, { method: 'POST', body: form, headers });
  const answer = (await response.json()) as Answer;
  expect(answer.status).toBe(response.status);
  return answer;
}

function formOf(content: Uint8Array | string, name: string, field = 'file'): FormData {
  const form = new FormData();
  form.set('note', 'first');
  form.set(field, new Blob([content]), name);
  return form;
}

const bytesOf = (name: string) => readFile(place.media.path(name));
const incoming = () => readdir(join(place.dataDir, 'uploads', '.incoming'));
const listed = async (kind: string) =>
  ((await (await fetch(`${service.http}/api/v1/${kind}`)).json()) as Answer).data!.files!;

describe('uploads', () => {
  it('become inputs by the name of the answer, are listed, and make a video', async () => {
    const video = (await send('video_materials', formOf(await bytesOf('red.mp4'), 'My clip.mp4'))).data!.file!;
    const image = (await send('video_materials', formOf(await bytesOf('blue.png'), 'BLUE.PNG'))).data!.file!;
    const voice = (await send('musics', formOf(await bytesOf('voice.wav'), '声音.wav'))).data!.file!;
    expect([video, image, voice]).toEqual([
      expect.stringMatching(/^video_materials\/My_clip-\w+\.mp4$/),
      expect.stringMatching(/BLUE-\w+\.png$/),
      expect.stringMatching(/^songs\/声音-\w+\.wav$/),
    ]);
    expect((await listed('video_materials')).map(({ file }) => file).sort()).toEqual([image, video].sort());
    expect(await listed('musics')).toMatchObject([{ file: voice, size: (await bytesOf('voice.wav')).length }]);
    const their = createPollingClient(service.http, { intervalMs: 50 });
    const id = await their.create({
      video_subject: 's',
      video_materials: [{ url: video }, { url: image }],
      custom_audio_file: voice,
      bgm_type: 'random',
      video_concat_mode: 'sequential',
      subtitle_enabled: false,
    });
    expect((await their.poll(id)).at(-1)).toMatchObject({ state: 1, videos: [expect.stringContaining('final-1.mp4')] });
  });

  it('never replace another of the same name', async () => {
    const bytes = await bytesOf('voice.wav');
    const files = await Promise.all(Array.from({ length: 3 }, () => send('musics', formOf(bytes, 'same.wav'))));
    expect(new Set(files.map(({ data }) => data!.file)).size).toBe(3);
  });

  it.each([
    ['text that calls itself a video', 'video_materials', 'this is no video', 'a.mp4', /INPUT_NOT_MEDIA/],
    ['nothing', 'video_materials', '', 'a.mp4', /INPUT_EMPTY/],
    [
      'a playlist that would read other files',
      'video_materials',
      '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n',
      'a.mp4',
      /INPUT_NOT_MEDIA/,
    ],
    ['a name that is no media’s', 'video_materials', 'x', 'a.exe', /must have a name that ends in one of \.mp4/],
    ['no name', 'musics', 'x', '', /must have a name that ends in one of \.mp3/],
  ] as const)('of %s are refused and removed', async (_, kind, content, name, message) => {
    const before = [await listed('musics'), await listed('video_materials')];
    expect(await send(kind, formOf(content, name))).toMatchObject({
      status: 400,
      message: expect.stringMatching(message) as string,
    });
    expect([await listed('musics'), await listed('video_materials')]).toEqual(before);
    expect(await incoming()).toEqual([]);
  });

  it('are refused as the wrong kind: a song without audio, a material without video', async () => {
    expect(await send('musics', formOf(await bytesOf('blue.png'), 'a.mp3'))).toMatchObject({
      status: 400,
      message: 'file: has no audio',
    });
    expect(await send('video_materials', formOf(await bytesOf('voice.wav'), 'a.mp4'))).toMatchObject({
      status: 400,
      message: 'file: has no image or video',
    });
    expect(await incoming()).toEqual([]);
  });

  it('are refused beyond their limit, with and without a declared length', async () => {
    const large = Buffer.alloc(2 * 1024 * 1024);
    expect(await send('video_materials', formOf(large, 'a.mp4'))).toMatchObject({
      status: 413,
      message: 'a file must be at most 1 MiB',
    });
    // The limit of songs is another one, and far above that of JSON bodies.
    expect(await send('musics', formOf(Buffer.alloc(6 * 1024 * 1024, 'x'), 'a.mp3'))).toMatchObject({ status: 400 });
    expect(await send('musics', formOf(Buffer.alloc(31 * 1024 * 1024), 'a.mp3'))).toMatchObject({
      status: 413,
      message: 'a file must be at most 30 MiB',
    });
    // curl sends it in chunks, as it comes.
    const args = [
      '-sS',
      '-H',
      'Transfer-Encoding: chunked',
      '-H',
      'Expect:',
      '-F',
      `file=@${await place.media.file('large.mp4', large)}`,
      `${service.http}/api/v1/video_materials`,
    ];
    const { stdout } = await promisify(execFile)('curl', args);
    expect(JSON.parse(stdout)).toMatchObject({ status: 413 });
    expect(await incoming()).toEqual([]);
  });

  it.each([
    ['JSON', '{}', { 'content-type': 'application/json' }, /must come in a form/],
    ['a form without a boundary', 'x', { 'content-type': 'multipart/form-data' }, /must come in a form/],
    [
      'a form that ends early',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\nabc',
      { 'content-type': 'multipart/form-data; boundary=b' },
      /^file: ends before its end/,
    ],
    [
      'a form without a file',
      '--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nabc\r\n--b--\r\n',
      { 'content-type': 'multipart/form-data; boundary=b' },
      /^field required: file$/,
    ],
  ])('in the form of %s are refused', async (_, body, headers, message) => {
    expect(await send('musics', body, headers)).toMatchObject({
      status: 400,
      message: expect.stringMatching(message) as string,
    });
    expect(await incoming()).toEqual([]);
  });

  it('leave nothing behind when they break off', async () => {
    const { hostname, port } = new URL(service.http);
    const call = request({
      hostname,
      port,
      method: 'POST',
      path: '/api/v1/musics',
      headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': 1_000_000 },
    });
    call.on('error', () => undefined);
    call.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\nabc');
    await eventually('an upload under way', async () => (await incoming()).length === 1);
    call.destroy();
    await eventually('nothing left of it', async () => (await incoming()).length === 0);
  });

  it('have no effect on the limit of all other requests', async () => {
    const response = await fetch(`${service.http}/api/v1/videos`, {
      method: 'POST',
      body: Buffer.alloc(5 * 1024 * 1024, ' '),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ status: 413 });
  });

  it('are refused when they are compressed', async () => {
    const answer = await send('musics', formOf(await bytesOf('voice.wav'), 'a.wav'), { 'content-encoding': 'gzip' });
    expect(answer).toMatchObject({ status: 415, message: 'a compressed body is not taken' });
  });
});
