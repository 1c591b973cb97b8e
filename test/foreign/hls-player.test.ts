import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { deploy, submit, watchToEnd } from '../e2e/deployment.js';
import { eventually } from '../support/eventually.js';
import { colorDistance } from '../support/media-content.js';
import { openBrowser } from './open-browser.js';

const require = createRequire(import.meta.url);
const HLS_JS = require.resolve('hls.js/dist/hls.min.js');
const COLORS = ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E'] as const;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** What a player tells of itself. */
interface Report {
  readonly kind: 'sizes' | 'shown' | 'failed';
  readonly value: unknown;
}

/** What is seen and heard after a jump to a time. */
interface Shown {
  readonly at: number;
  readonly height: number;
  readonly color: readonly [number, number, number];
  readonly buffered: readonly (readonly [number, number])[];
  readonly soundBytes: number;
}

/** A page of another origin that plays a stream in its smallest size, then in its largest, and looks at it at some times. */
const page = (
  stream: string,
) => `<!doctype html><video muted></video><script src="/hls.js"></script><script type="module">
  const tell = (kind, value) => fetch('/report', { method: 'POST', body: JSON.stringify({ kind, value }) });
  const video = document.querySelector('video');
  const hls = new Hls({ maxBufferLength: 60 });
  const happens = (on, name) => new Promise((resolve) => on.addEventListener(name, resolve, { once: true }));
  const canvas = new OffscreenCanvas(1, 1).getContext('2d');
  async function show(level, at) {
    hls.currentLevel = level;
    video.currentTime = at;
    await video.play();
    while (video.currentTime < at + 0.3 || video.videoHeight !== hls.levels[level].height) await happens(video, 'timeupdate');
    video.pause();
    canvas.drawImage(video, 0, 0, 1, 1);
    const buffered = Array.from({ length: video.buffered.length }, (_, i) => [video.buffered.start(i), video.buffered.end(i)]);
    const color = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    await tell('shown', { at, height: video.videoHeight, color, buffered, soundBytes: video.webkitAudioDecodedByteCount });
  }
  hls.on(Hls.Events.ERROR, (_, { fatal, details, reason }) => fatal && tell('failed', details + ' ' + reason));
  hls.on(Hls.Events.MANIFEST_PARSED, async () => {
    await tell('sizes', hls.levels.map(({ width, height }) => width + 'x' + height).sort());
    const small = hls.levels[0].height < hls.levels[1].height ? 0 : 1;
    try {
      await show(small, 0);
      await show(small, 9);
      await show(1 - small, 13);
      await show(1 - small, 4.5);
    } catch (error) {
      await tell('failed', String(error));
    }
  });
  hls.loadSource(${JSON.stringify(stream)});
  hls.attachMedia(video);
</script>`;

it('hls.js of a page of another origin plays each size, with sound, from any time', { timeout: 180_000 }, async () => {
  const reports: Report[] = [];
  let html = '';
  const script = await readFile(HLS_JS);
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (request.url === '/report') reports.push(JSON.parse(body) as Report);
      const isScript = request.url === '/hls.js';
      response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
      response.end(isScript ? script : html);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const place = await deploy('SQLite');
  closers.push(() => place.close());
  await place.media.video('colors.mp4', { size: '360x640', colors: COLORS, secondsEach: 4, matrix: 'bt709' });
  await place.media.tones('tones.wav', { hz: [400, 800], secondsEach: 8 });
  const client = place.client(await place.start({ CUTROOM_CORS_ORIGINS: origin }));
  const montage = {
    materials: [{ uri: 'colors.mp4' }],
    longest_clip: { seconds: 60 },
    resolution: 360,
    music: { uri: 'tones.wav' },
  };
  const outputs = [{ hls: { short_sides: [360, 180], segment: { seconds: 3 } } }];
  const { name } = await submit(client, montage, { spec: { montage, outputs } });
  const { task } = (await watchToEnd(client, name)).at(-1)!;
  expect(task.state).toBe('SUCCEEDED');
  html = page(task.outputs[0]!.url);
  closers.push(await openBrowser(origin));

  const told = (kind: Report['kind']) => reports.filter((report) => report.kind === kind).map(({ value }) => value);
  await eventually(
    'the player has shown all',
    () => told('shown').length === 4 || told('failed').length > 0,
    120_000,
  ).catch((error: unknown) => {
    throw new Error(`told: ${JSON.stringify(reports)}`, { cause: error });
  });
  expect(told('failed')).toEqual([]);
  expect(told('sizes')).toEqual([['180x320', '360x640']]);
  const shown = told('shown') as Shown[];
  expect(shown.map(({ height }) => height)).toEqual([320, 320, 640, 640]);
  for (const { at, color, buffered, soundBytes } of shown) {
    expect(colorDistance(color, COLORS[Math.floor(at / 4)]!), `at ${at}`).toBeLessThan(20);
    expect(soundBytes).toBeGreaterThan(0);
    // From the very beginning or a place around the jump, and without a hole between two segments.
    expect(
      buffered.filter(([from, to]) => from <= at + 0.05 && to > at),
      `at ${at}: ${JSON.stringify(buffered)}`,
    ).toHaveLength(1);
  }
  expect(shown[0]!.buffered[0]![0]).toBeLessThan(0.05);
});
