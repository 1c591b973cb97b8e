import { mkdtemp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DEFAULT_OUTPUTS,
  extensionOf,
  type OutputFormat,
  type OutputSpec,
} from '../../../src/composition/output-spec.js';
import type { CaptionStyle } from '../../../src/composition/captions.js';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { createLocalArtifacts } from '../../../src/media/local-artifacts.js';
import type { CommandRun } from '../../../src/task/diagnostics.js';
import { type BenchResult, createRenderBench, type RenderBench } from '../../support/render-bench.js';
import { colorDistance, readSound, readVideo } from '../../support/media-content.js';
import { montageOf } from '../../support/montage.js';
import { decode, ffmpeg, ffprobe } from '../../fixtures/run-ffmpeg.js';

const COLORS = ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E'] as const;
const KINDS: Readonly<Record<string, OutputFormat>> = {
  h264: { kind: 'mp4', videoCodec: 'H264' },
  hevc: { kind: 'mp4', videoCodec: 'HEVC' },
  av1: { kind: 'mp4', videoCodec: 'AV1' },
  vp9: { kind: 'webm' },
  prores: { kind: 'mov' },
  gif: { kind: 'gif', playOnce: false },
  m4a: { kind: 'audio', format: 'M4A' },
  mp3: { kind: 'audio', format: 'MP3' },
  wav: { kind: 'audio', format: 'WAV' },
  flac: { kind: 'audio', format: 'FLAC' },
};

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.video('short.mp4', { size: '72x128', colors: COLORS, secondsEach: 0.5, matrix: 'bt709' });
  await bench.media.video('long.mp4', { size: '72x128', colors: COLORS, secondsEach: 4, rate: '10', matrix: 'bt709' });
  await bench.media.tones('short.wav', { hz: [400, 800], secondsEach: 1 });
  await bench.media.tones('long.wav', { hz: [400, 800], secondsEach: 8 });
  await bench.media.image('quarters.png', { size: '144x256', colors: COLORS });
  await bench.media.video('moving.mp4', {
    ...{ size: '144x256', colors: ['000000'], secondsEach: 16 },
    source: 'testsrc2',
  });
});
afterAll(() => bench.close());

const asset = (uri: string) => ({ uri, field: 'f' });
const file = (name: string, changes: Partial<OutputSpec> = {}): OutputSpec => {
  const format = KINDS[name] ?? KINDS.h264!;
  const given = { ...DEFAULT_OUTPUTS[0]!, isNumbered: false, format, codecField: `codec of ${name}`, ...changes };
  return { ...given, key: `${name}${extensionOf(given.format)}` };
};

/** In seconds and frames a second. Long: in sections, with fewer frames for the same seconds. */
const LENGTHS = { short: { seconds: 2, rate: 30 }, long: { seconds: 16, rate: 10 } } as const;

function montage(length: keyof typeof LENGTHS): Montage {
  return montageOf(1, {
    ...{ width: 72, height: 128, frameRate: { num: LENGTHS[length].rate, den: 1 } },
    materials: [asset(`${length}.mp4`)],
    longestClipUs: 60_000_000,
    music: { asset: asset(`${length}.wav`), gainDb: 0, fadeOutUs: 0 },
  });
}

/** The tone that is heard around a time, by its zero crossings. */
function hertzAt(left: Float32Array, second: number): number {
  const part = left.subarray((second - 0.1) * 48_000, (second + 0.1) * 48_000);
  let crossings = 0;
  for (let i = 1; i < part.length; i += 1) if (part[i - 1]! < 0 !== part[i]! < 0) crossings += 1;
  return crossings / 2 / 0.2;
}

async function streamsOf(name: string) {
  const entries = 'stream=codec_name,codec_tag_string,width,height';
  const { streams } = (await ffprobe(['-show_entries', entries, name])) as {
    streams: { codec_name: string; codec_tag_string: string; width?: number; height?: number }[];
  };
  return streams;
}

describe.each(['short', 'long'] as const)('the outputs of a %s video', (length) => {
  const { seconds, rate } = LENGTHS[length];

  const ran: CommandRun[] = [];
  let rendered: BenchResult;

  beforeAll(async () => {
    const outputs = [...Object.keys(KINDS).map((name) => file(name)), file('small', { shortSide: 36 })];
    rendered = await bench.render(
      montage(length),
      { onDiagnostics: ({ commands }) => ran.push(...commands) },
      {},
      { outputs },
    );
  });

  it('are of every kind, with the same pictures and sound', async () => {
    const { locate } = rendered;
    const outputs = rendered.outputs.slice(0, -1);
    expect(outputs.map(({ key }) => key)).toEqual([
      ...['h264.mp4', 'hevc.mp4', 'av1.mp4', 'vp9.webm', 'prores.mov', 'gif.gif'],
      ...['m4a.m4a', 'mp3.mp3', 'wav.wav', 'flac.flac'],
    ]);
    // The input is decoded once for all of them.
    const decodes = ran.filter(
      ({ arguments: args, filterGraph }) => args.includes('-i') && /scale=w/.test(filterGraph),
    );
    expect(decodes).toHaveLength(length === 'short' ? 1 : 2);
    for (const output of outputs) {
      const name = await locate(output);
      const note = output.key;
      expect(Math.abs(output.durationUs / 1e6 - seconds), note).toBeLessThan(0.08);
      if (output.videoCodec !== '') {
        const video = await readVideo(name);
        const isGif = output.videoCodec === 'gif';
        expect(video.frames, note).toHaveLength(seconds * (isGif ? Math.min(rate, 15) : rate));
        expect(output, note).toMatchObject({ frameCount: video.frames.length, width: 72, height: 128 });
        COLORS.forEach((color, i) => {
          const first = (i * video.frames.length) / 4;
          for (const frame of [first, first + 3, first + video.frames.length / 4 - 1]) {
            expect(colorDistance(video.colorAt(Math.ceil(frame), 0.5, 0.5), color), `${note} ${frame}`).toBeLessThan(
              12,
            );
          }
        });
      }
      if (output.audioCodec !== '') {
        const { left } = await readSound(name);
        expect(hertzAt(left, seconds / 4), note).toBeCloseTo(400, -1);
        expect(hertzAt(left, (seconds * 3) / 4), note).toBeCloseTo(800, -1);
      }
      expect(
        (await streamsOf(name)).map(({ codec_name }) => codec_name),
        note,
      ).toEqual([output.videoCodec, output.audioCodec].filter((codec) => codec !== ''));
    }
    expect((await streamsOf(await locate(outputs[1]!)))[0]).toMatchObject({ codec_tag_string: 'hvc1' });
  });

  it('have a poster with the first picture in their size', async () => {
    const { locate } = rendered;
    const outputs = ['h264.mp4', 'small.mp4', 'wav.wav'].map((key) => rendered.outputs.find((one) => one.key === key)!);
    for (const [i, size] of [
      [0, '72x128'],
      [1, '36x64'],
    ] as const) {
      const [poster] = outputs[i]!.parts!;
      expect(poster).toEqual({
        name: `${outputs[i]!.key}.poster.jpg`,
        contentType: 'image/jpeg',
        role: 'POSTER',
        sizeBytes: expect.any(Number) as number,
      });
      const name = await locate(outputs[i]!, poster!.name);
      const [stream] = await streamsOf(name);
      expect(`${stream!.width}x${stream!.height}`).toBe(size);
      const rgb = await decode(['-i', name, '-vf', 'scale=1:1:flags=area,format=rgb24', '-f', 'rawvideo', '-']);
      expect(colorDistance([rgb[0]!, rgb[1]!, rgb[2]!], COLORS[0])).toBeLessThan(8);
    }
    expect(outputs[2]!.parts).toEqual([]);
  });
});

/** A hash of each picture. */
async function picturesOf(name: string): Promise<string[]> {
  const text = (await decode(['-i', name, '-map', '0:v', '-f', 'framemd5', '-'])).toString('utf8');
  return text.split('\n').flatMap((line) => (/^\d/.test(line) ? [line.split(',').at(-1)!.trim()] : []));
}

const moving = (changes: Partial<Montage> = {}) =>
  montageOf(1, { materials: [asset('moving.mp4')], longestClipUs: 60_000_000, ...changes });

describe('an output with a range', () => {
  const RANGES = [
    [2_000_000, 3_600_000, 30, 54],
    // In sections, of which none begins where one of the whole video does.
    [1_266_667, 14_600_000, 19, 219],
    [15_000_000, null, 225, 240],
    [15_600_000, 99_000_000, 234, 240],
  ] as const;
  const SMALL = { width: 72, height: 128, frameRate: { num: 15, den: 1 } };
  let rendered: BenchResult;
  let [pictures, reference]: [string[], Float32Array] = [[], new Float32Array()];

  beforeAll(async () => {
    const lossless = { quality: 'LOSSLESS' as const };
    const music = { asset: asset('long.wav'), gainDb: 0, fadeOutUs: 0 };
    const ranged = RANGES.flatMap(([startUs, endUs], i) => {
      const range = { startUs, endUs, field: 'f' };
      return [file(`part${i}`, { ...lossless, range }), file(`sound${i}`, { format: KINDS.wav!, range })];
    });
    const outputs = [file('whole', lossless), file('all', { format: KINDS.wav! }), ...ranged];
    rendered = await bench.render(moving({ ...SMALL, music }), {}, {}, { outputs });
    const [whole, all] = await Promise.all(rendered.outputs.slice(0, 2).map((output) => rendered.locate(output)));
    [pictures, reference] = [await picturesOf(whole!), (await readSound(all!)).left];
  });

  it('lies in a video whose pictures all differ', () => {
    expect(pictures).toHaveLength(240);
    expect(new Set(pictures).size).toBe(240);
  });

  it.each(RANGES.map((range, i) => [...range, i] as const))(
    'from %s to %s us has exactly those frames and their sound',
    async (_startUs, _endUs, from, to, i) => {
      const [part, sound] = rendered.outputs.slice(2 + 2 * i);
      expect(await picturesOf(await rendered.locate(part!))).toEqual(pictures.slice(from, to));
      expect(part!.frameCount).toBe(to - from);
      const { left } = await readSound(await rendered.locate(sound!));
      expect(left).toHaveLength((to - from) * 3200);
      expect(left).toEqual(reference.slice(from * 3200, to * 3200));
    },
  );

  it('fails with its field where the video has no such frames', async () => {
    const range = { startUs: 16_000_000, endUs: null, field: 'spec.outputs[0].range' };
    const failure = await bench.failure(moving(), {}, {}, { outputs: [file('part', { range })] });
    expect(failure).toMatchObject({ reason: 'RANGE_OUTSIDE_VIDEO', field: 'spec.outputs[0].range' });
  });
});

describe('outputs of several sizes', () => {
  it('are encoded by one command, and look like the picture in that size', async () => {
    const ran: CommandRun[] = [];
    const { outputs, locate } = await bench.render(
      montageOf(1, { materials: [asset('quarters.png')], longestClipUs: 1_000_000 }),
      { onDiagnostics: ({ commands }) => ran.push(...commands) },
      {},
      { outputs: [file('large'), file('middle', { shortSide: 100 }), file('small', { shortSide: 64 })] },
    );
    expect(ran.filter(({ arguments: args }) => args.includes('libx264'))).toHaveLength(1);
    expect(outputs.map(({ width, height }) => `${width}x${height}`)).toEqual(['144x256', '100x178', '64x114']);
    for (const output of outputs) {
      const video = await readVideo(await locate(output));
      expect(`${video.width}x${video.height}`).toBe(`${output.width}x${output.height}`);
      for (const [i, [x, y]] of (
        [
          [0.2, 0.2],
          [0.8, 0.2],
          [0.8, 0.8],
          [0.2, 0.8],
        ] as const
      ).entries())
        expect(colorDistance(video.colorAt(15, x, y), COLORS[i]!), `${output.key} ${i}`).toBeLessThan(8);
    }
  });
});

describe('an output of another shape', () => {
  const shapes = { square: { width: 1, height: 1 }, wide: { width: 16, height: 9 } };
  const CUTS = [
    ['square', 0.5, 0, '144x144', [0, 1, null, null]],
    ['square', 0.5, 1, '144x144', [null, null, 2, 3]],
    ['wide', 0, 0.2, '144x82', [0, 1, 1, 0]],
    ['wide', 0, 0.8, '144x82', [3, 2, 2, 3]],
  ] as const;
  let rendered: BenchResult;

  beforeAll(async () => {
    const outputs = CUTS.map(([name, x, y], i) => file(`cut${i}`, { crop: { shape: shapes[name], focus: { x, y } } }));
    const spec = montageOf(1, { materials: [asset('quarters.png')], longestClipUs: 1_000_000 });
    rendered = await bench.render(spec, {}, {}, { outputs });
  });

  it.each(CUTS.map((cut, i) => [...cut, i] as const))(
    '%s about %s, %s shows that part',
    async (_name, _x, _y, size, corners, at) => {
      const output = rendered.outputs[at]!;
      const made = await rendered.locate(output);
      expect(`${output.width}x${output.height}`).toBe(size);
      const video = await readVideo(made);
      for (const [i, [cx, cy]] of (
        [
          [0.1, 0.1],
          [0.9, 0.1],
          [0.9, 0.9],
          [0.1, 0.9],
        ] as const
      ).entries()) {
        const color = corners[i];
        if (color !== null && color !== undefined)
          expect(colorDistance(video.colorAt(10, cx, cy), COLORS[color]), `corner ${i}`).toBeLessThan(8);
      }
    },
  );

  it('has its captions within the cut, as wide in it as in the whole', async () => {
    const style: CaptionStyle = {
      ...{ font: null, fontSize: 20, outlineWidth: 0, boxColor: null, bold: true },
      boxShape: 'TEXT',
      position: 'BOTTOM',
      textColor: { r: 255, g: 255, b: 255, a: 255 },
      outlineColor: { r: 0, g: 0, b: 0, a: 255 },
    };
    const cues = [{ startUs: 0, endUs: 1_000_000, text: 'MMMM' }];
    const { outputs, locate } = await bench.render(
      montageOf(1, {
        materials: [asset('quarters.png')],
        longestClipUs: 1_000_000,
        subtitles: { field: 'f', source: { kind: 'cues', cues }, style },
      }),
      {},
      {},
      { outputs: [file('whole'), file('cut', { crop: { shape: shapes.square, focus: { x: 0.5, y: 0.5 } } })] },
    );
    const white = [];
    for (const output of outputs) {
      const { frames, width, height } = await readVideo(await locate(output));
      const rows = Array.from({ length: height }, (_, row) =>
        Array.from({ length: width }, (_, column) => {
          const at = (row * width + column) * 3;
          const pixel = frames[10]!.subarray(at, at + 3);
          return Math.min(...pixel) > 120 ? 1 : 0;
        }).reduce<number>((sum, one) => sum + one, 0),
      );
      white.push({
        pixels: rows.reduce((sum, row) => sum + row, 0),
        lowest: rows.findLastIndex((row) => row > 0) / height,
      });
    }
    expect(white[0]!.pixels).toBeGreaterThan(100);
    expect(white[1]!.pixels / white[0]!.pixels).toBeCloseTo(1, 0);
    for (const { lowest } of white) expect(lowest).toBeGreaterThan(0.85);
  });
});

describe('the quality of an output', () => {
  it('decides size and looks; LOSSLESS keeps every pixel', async () => {
    const levels = ['DRAFT', 'LOW', 'MEDIUM', 'HIGH', 'LOSSLESS'] as const;
    const { outputs, locate } = await bench.render(
      moving({ longestClipUs: 1_000_000 }),
      {},
      {},
      {
        outputs: levels.map((quality) => file(quality.toLowerCase(), { quality })),
      },
    );
    const [draft, low, medium, high, lossless] = await Promise.all(outputs.map((output) => locate(output)));
    const ssim = async (name: string) => {
      const log = `${name}.ssim`;
      await decode(['-i', name, '-i', lossless!, '-lavfi', `ssim=stats_file=${log}`, '-f', 'null', '-']);
      const all = [...(await readFile(log, 'utf8')).matchAll(/All:([\d.]+)/g)].map((match) => Number(match[1]));
      return all.reduce((sum, one) => sum + one, 0) / all.length;
    };
    const looks = [await ssim(low!), await ssim(medium!), await ssim(high!), await ssim(lossless!)];
    expect(looks).toEqual([...looks].sort((a, b) => a - b));
    expect(await ssim(draft!)).toBeGreaterThan(0.9);
    expect(looks.at(-1)).toBe(1);
    expect(looks[1]).toBeGreaterThan(0.98);
    const bytes = outputs.map(({ sizeBytes }) => sizeBytes);
    expect(bytes.slice(1)).toEqual([...bytes.slice(1)].sort((a, b) => a - b));
  });

  it('limits the rate of grain', async () => {
    await bench.media.make('grain.mp4', [
      ...['-f', 'lavfi', '-i', 'color=gray:s=270x480:r=15:d=4,noise=alls=100:allf=t,format=yuv420p'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '4'],
    ]);
    const { outputs } = await bench.render(
      montageOf(1, { width: 270, height: 480, frameRate: { num: 15, den: 1 }, materials: [asset('grain.mp4')] }),
      {},
      {},
      { outputs: [file('medium'), file('low', { quality: 'LOW' }), file('lossless', { quality: 'LOSSLESS' })] },
    );
    const rates = outputs.map(({ sizeBytes, durationUs }) => (sizeBytes * 8e6) / durationUs / (270 * 480));
    expect(rates[0]).toBeLessThan(8 * 1.4);
    expect(rates[1]).toBeLessThan(4 * 1.4);
    expect(rates[2]).toBeGreaterThan(60);
  });
});

describe('outputs and the cache', () => {
  it.each([
    // A GIF has half of these frames, and all of those.
    [2_000_000, 30, [60, 30, 60]],
    [16_000_000, 10, [160, 160, 160]],
  ])('reuses all files of a video of %s us', async (longestClipUs, rate, frames) => {
    const folder = path.join(await mkdtemp(path.join(bench.media.folder, 'cache-')), 'artifacts');
    const artifacts = createLocalArtifacts({ folder, maxBytes: 100e6 });
    const options = { artifacts, outputs: [file('h264'), file('gif'), file('small', { shortSide: 36 })] };
    const spec = moving({ width: 72, height: 128, frameRate: { num: rate, den: 1 }, longestClipUs });
    const first = await bench.render(spec, {}, {}, options);
    const second = await bench.render(spec, {}, {}, options);
    expect(first.outputs.map(({ reusedFrames }) => reusedFrames)).toEqual([0, 0, 0]);
    expect(second.outputs.map(({ reusedFrames }) => reusedFrames)).toEqual(frames);
    expect(second.outputs.map(({ sha256 }) => sha256)).toEqual(first.outputs.map(({ sha256 }) => sha256));
  });
});

describe('variants and outputs', () => {
  it('have the number of the variant in the names of their files', async () => {
    const spec = montageOf(1, { materials: [asset('quarters.png')], longestClipUs: 200_000, variants: 2 });
    const { outputs } = await bench.render(spec, {}, {}, { outputs: [file('h264'), file('wav')] });
    expect(outputs.map(({ key }) => key)).toEqual(['h264-1.mp4', 'wav-1.wav', 'h264-2.mp4', 'wav-2.wav']);
  });
});

describe('the largest size of an output', () => {
  it.each([
    [2_000_000, ['h264', 'hevc', 'av1', 'vp9']],
    // In sections.
    [13_000_000, ['h264']],
  ] as const)('is kept by every codec in a video of %s us', async (longestClipUs, names) => {
    const music = { asset: asset('long.wav'), gainDb: 0, fadeOutUs: 0 };
    const spec = moving({ longestClipUs, music });
    const seconds = longestClipUs / 1e6;
    // The sound takes its 24,000 bytes a second.
    const bytes = 24_500 * seconds + 12_000 * seconds;
    const maxSize = { bytes, field: 'f' };
    const capped = names.map((name) => ({ ...file(name, { maxSize }), key: `capped-${file(name).key}` }));
    const made = await bench.render(spec, {}, {}, { outputs: [...names.map((name) => file(name)), ...capped] });
    const free = made.outputs.slice(0, names.length);
    for (const [i, output] of made.outputs.slice(names.length).entries()) {
      expect(output.sizeBytes, output.key).toBeLessThanOrEqual(bytes);
      // One that fits is left alone; another uses most of the room.
      if (free[i]!.sizeBytes <= bytes) expect(output.sha256).toBe(free[i]!.sha256);
      else expect(output.sizeBytes, output.key).toBeGreaterThan(0.6 * bytes);
      expect(await picturesOf(await made.locate(output))).toHaveLength(30 * seconds);
    }
    expect(free[0]!.sizeBytes).toBeGreaterThan(bytes);
  });

  it('fails with its field where nothing fits into it', async () => {
    const maxSize = { bytes: 10_000, field: 'spec.outputs[0].max_size_bytes' };
    const failure = await bench.failure(moving(), {}, {}, { outputs: [file('h264', { maxSize })] });
    expect(failure).toMatchObject({ reason: 'OUTPUT_TOO_LARGE', field: 'spec.outputs[0].max_size_bytes' });
  });
});

describe('a sprite sheet', () => {
  let rendered: BenchResult;
  beforeAll(async () => {
    const outputs = [
      file('h264', { spriteSheet: { intervalUs: 1_000_000, width: 36 } }),
      file('often', { spriteSheet: { intervalUs: 100_000, width: 32 } }),
    ];
    rendered = await bench.render(montage('long'), {}, {}, { outputs });
  });

  it('has a picture for each interval, where its cues say', async () => {
    const { locate } = rendered;
    const output = rendered.outputs[0]!;
    expect(output.parts!.slice(1)).toEqual([
      { name: 'h264.mp4.sprite-001.jpg', contentType: 'image/jpeg', sizeBytes: expect.any(Number) as number },
      { name: 'h264.mp4.sprite.vtt', contentType: 'text/vtt', sizeBytes: expect.any(Number) as number },
    ]);
    const cues = await readFile(await locate(output, 'h264.mp4.sprite.vtt'), 'utf8');
    expect(cues).toMatch(/^WEBVTT\n\n00:00:00\.000 --> 00:00:01\.000\nh264\.mp4\.sprite-001\.jpg#xywh=0,0,36,64\n/);
    const areas = [...cues.matchAll(/#xywh=(\d+),(\d+),(\d+),(\d+)/g)].map((match) => match.slice(1).map(Number));
    expect(areas).toHaveLength(16);
    expect(cues).toContain('00:00:15.000 --> 00:00:16.000\n');
    const sheet = await locate(output, 'h264.mp4.sprite-001.jpg');
    const [stream] = await streamsOf(sheet);
    expect(`${stream!.width}x${stream!.height}`).toBe('360x128');
    const xs = (i: number) => 36 * (i % 10);
    expect(areas).toEqual(areas.map((_, i) => [xs(i), 64 * Math.floor(i / 10), 36, 64]));
    // A pixel for each picture.
    const rgb = await decode(['-i', sheet, '-vf', 'scale=10:2:flags=area,format=rgb24', '-f', 'rawvideo', '-']);
    for (const i of areas.keys()) {
      const mean = [rgb[i * 3]!, rgb[i * 3 + 1]!, rgb[i * 3 + 2]!] as const;
      expect(colorDistance(mean, COLORS[Math.floor(i / 4)]!), `picture ${i}`).toBeLessThan(12);
    }
  });

  it('goes on to a second sheet after a hundred pictures', async () => {
    const { locate } = rendered;
    const output = rendered.outputs[1]!;
    expect(output.parts!.map(({ name }) => name).slice(1)).toEqual([
      'often.mp4.sprite-001.jpg',
      'often.mp4.sprite-002.jpg',
      'often.mp4.sprite.vtt',
    ]);
    const cues = await readFile(await locate(output, 'often.mp4.sprite.vtt'), 'utf8');
    expect(cues.match(/#xywh/g)).toHaveLength(160);
    expect(cues).toContain('00:00:10.000 --> 00:00:10.100\noften.mp4.sprite-002.jpg#xywh=0,0,32,56\n');
    const rgb = await ffmpeg([
      ...[
        '-i',
        await locate(output, 'often.mp4.sprite-002.jpg'),
        '-vf',
        'crop=32:56:0:0,scale=1:1:flags=area,format=rgb24',
      ],
      ...['-f', 'rawvideo', '-'],
    ]);
    expect(colorDistance([rgb[0]!, rgb[1]!, rgb[2]!], COLORS[2])).toBeLessThan(12);
  });
});
