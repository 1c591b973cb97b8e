import { cp, mkdtemp, readFile, stat, statfs, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_OUTPUTS, type HlsFormat, type OutputSpec } from '../../../src/composition/output-spec.js';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { hlsProfile } from '../../../src/engine/outputs/hls/hls.js';
import { parseMediaPlaylist, type MediaPlaylist } from '../../../src/engine/outputs/hls/media-playlist.js';
import { createLocalArtifacts } from '../../../src/media/local-artifacts.js';
import type { ArtifactStore } from '../../../src/task/ports/artifact-store.js';
import { asRenderError } from '../../../src/engine/render-failure.js';
import { createRenderBench, toolsIn, type BenchResult, type RenderBench } from '../../support/render-bench.js';
import { colorDistance, readSound, readVideo } from '../../support/media-content.js';
import { montageOf } from '../../support/montage.js';
import { mountSmallDisk } from '../../support/small-disk.js';
import { decode, ffmpeg, ffprobe } from '../../fixtures/run-ffmpeg.js';

const COLORS = ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E'] as const;
const smallDisk = await mountSmallDisk(1);
await smallDisk?.remove();

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.video('colors.mp4', {
    size: '144x256',
    colors: COLORS,
    secondsEach: 4,
    rate: '10',
    matrix: 'bt709',
  });
  const moving = { size: '144x256', colors: ['000000'], source: 'testsrc2', rate: '10' } as const;
  await bench.media.video('moving.mp4', { ...moving, secondsEach: 16 });
  await bench.media.tones('tones.wav', { hz: [400, 800], secondsEach: 8 });
});
afterAll(() => bench.close());

/** Frames a second: as many seconds as segments need, in few frames. */
const RATE = 10;
const asset = (uri: string) => ({ uri, field: 'f' });

function montage(material: string, changes: Partial<Montage> = {}): Montage {
  const music = { asset: asset('tones.wav'), gainDb: 0, fadeOutUs: 0 };
  return montageOf(1, {
    materials: [asset(material)],
    frameRate: { num: RATE, den: 1 },
    longestClipUs: 60_000_000,
    music,
    ...changes,
  });
}

function stream(format: Partial<HlsFormat> = {}, changes: Partial<OutputSpec> = {}): OutputSpec {
  const whole: HlsFormat = { kind: 'hls', shortSides: [144, 72], segmentUs: 2_000_000, ...format };
  return { ...DEFAULT_OUTPUTS[0]!, key: 'stream.m3u8', isNumbered: false, format: whole, codecField: 'f', ...changes };
}

const render = (spec: Montage, output: OutputSpec) => bench.render(spec, {}, {}, { outputs: [output] });

async function playlistOf({ output, locate }: BenchResult, name: string): Promise<MediaPlaylist> {
  return parseMediaPlaylist(await readFile(await locate(output, name), 'utf8'))!;
}

/** The attributes of the variants that the multivariant playlist names. */
async function variantsOf(file: string): Promise<Record<string, string>[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  return lines.flatMap((line, i) => {
    if (!line.startsWith('#EXT-X-STREAM-INF:')) return [];
    const attributes = [...line.matchAll(/([A-Z-]+)=("[^"]*"|[^,]*)/g)].map(([, name, value]) => [name!, value!]);
    return [{ ...(Object.fromEntries(attributes) as Record<string, string>), uri: lines[i + 1]! }];
  });
}

/** A hash of each picture. */
async function picturesOf(name: string): Promise<string[]> {
  const text = (await decode(['-i', name, '-map', '0:v', '-f', 'framemd5', '-'])).toString('utf8');
  return text.split('\n').flatMap((line) => (/^\d/.test(line) ? [line.split(',').at(-1)!.trim()] : []));
}

describe('a stream', () => {
  /** Of 16 s in sections, with a cache that it has filled. */
  let moving: BenchResult;
  let artifacts: ArtifactStore;
  beforeAll(async () => {
    const folder = path.join(await mkdtemp(path.join(bench.media.folder, 'cache-')), 'artifacts');
    artifacts = createLocalArtifacts({ folder, maxBytes: 100e6 });
    moving = await bench.render(montage('moving.mp4'), {}, {}, { artifacts, outputs: [stream()] });
  });

  it('has the pictures in each size and the sound, as a player reads them', async () => {
    const made = await render(montage('colors.mp4'), stream());
    const { output, file, locate } = made;
    expect(output).toMatchObject({
      ...{ key: 'stream.m3u8', contentType: 'application/vnd.apple.mpegurl', width: 144, height: 256 },
      ...{ frameCount: 160, durationUs: 16_000_000, videoCodec: 'h264', audioCodec: 'aac' },
    });
    expect(output.parts!.map(({ name, contentType }) => [name, contentType])).toEqual([
      ['stream.m3u8.poster.jpg', 'image/jpeg'],
      ['stream.144.m3u8', 'application/vnd.apple.mpegurl'],
      ['stream.144.mp4', 'video/mp4'],
      ['stream.72.m3u8', 'application/vnd.apple.mpegurl'],
      ['stream.72.mp4', 'video/mp4'],
      ['stream.audio.m3u8', 'application/vnd.apple.mpegurl'],
      ['stream.audio.mp4', 'audio/mp4'],
    ]);
    for (const { name, sizeBytes } of output.parts!)
      expect(sizeBytes).toBe((await stat(await locate(output, name))).size);
    for (const [name, size] of [
      ['stream.144.m3u8', [144, 256]],
      ['stream.72.m3u8', [72, 128]],
    ] as const) {
      const video = await readVideo(await locate(output, name));
      expect([video.width, video.height]).toEqual(size);
      expect(video.frames).toHaveLength(160);
      COLORS.forEach((color, i) => {
        for (const frame of [i * 40, i * 40 + 39])
          expect(colorDistance(video.colorAt(frame, 0.5, 0.5), color), `${name} ${frame}`).toBeLessThan(12);
      });
    }
    // By way of the multivariant playlist: pictures and sound begin together.
    const { streams } = (await ffprobe(['-show_entries', 'stream=codec_type,start_time', file])) as {
      streams: { codec_type: string; start_time: string }[];
    };
    expect(streams.map(({ codec_type }) => codec_type).sort()).toEqual(['audio', 'video', 'video']);
    for (const { codec_type, start_time } of streams)
      expect(Math.abs(Number(start_time)), codec_type).toBeLessThan(codec_type === 'video' ? 0.001 : 0.022);
    const { left } = await readSound(file);
    expect(Math.abs(left.length - 16 * 48_000)).toBeLessThan(2_100);
  });

  it.each([
    ['short', 50, () => render(montage('moving.mp4', { longestClipUs: 5_000_000 }), stream())],
    ['in sections', 160, () => Promise.resolve(moving)],
  ])('that is %s has segments of exactly the length asked for', async (_, frames, rendered) => {
    const made = await rendered();
    for (const name of ['stream.144.m3u8', 'stream.72.m3u8']) {
      const { segments } = await playlistOf(made, name);
      const lengths = segments.map(({ seconds }) => seconds);
      expect(lengths, name).toEqual(
        Array.from({ length: Math.ceil(frames / 20) }, (__, i) => Math.min(20, frames - i * 20) / RATE),
      );
      // Each begins with a key frame, which is where its time says.
      const { packets } = (await ffprobe([
        '-select_streams',
        'v',
        '-show_entries',
        'packet=pts_time,flags',
        await made.locate(made.output, name),
      ])) as {
        packets: { pts_time: string; flags: string }[];
      };
      const keys = packets.filter(({ flags }) => flags.startsWith('K')).map(({ pts_time }) => Number(pts_time));
      for (const i of segments.keys())
        expect(keys, `${name} ${keys.join(' ')}`).toContainEqual(expect.closeTo(i * 2, 3));
    }
  });

  it('has segments of any length', async () => {
    const format = { kind: 'hls', shortSides: [144], segmentUs: 2_500_000 } as const;
    // 25 frames of 10 a second; the last segment has the rest.
    const { segments } = await playlistOf(await render(montage('moving.mp4'), stream(format)), 'stream.144.m3u8');
    expect(segments.map(({ seconds }) => seconds)).toEqual([2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 1]);
  });

  it('has the same pictures as an MP4 of that size', async () => {
    const range = { startUs: 1_000_000, endUs: 15_000_000, field: 'f' };
    const { outputs, locate } = await bench.render(
      montage('moving.mp4'),
      {},
      {},
      {
        outputs: [
          stream({}, { range }),
          { ...DEFAULT_OUTPUTS[0]!, isNumbered: false, key: 'm.mp4', range, quality: 'LOSSLESS' },
        ],
      },
    );
    const log = path.join(bench.media.folder, 'ssim.log');
    const [pictures, whole] = [await locate(outputs[0]!, 'stream.144.m3u8'), await locate(outputs[1]!)];
    await decode(['-i', pictures, '-i', whole, '-lavfi', `ssim=stats_file=${log}`, '-f', 'null', '-']);
    const all = [...(await readFile(log, 'utf8')).matchAll(/All:([\d.]+)/g)].map((match) => Number(match[1]));
    expect(all).toHaveLength(140);
    expect(Math.min(...all)).toBeGreaterThan(0.9);
  });

  it('says of each size what its segments really need', async () => {
    const made = moving;
    const variants = await variantsOf(made.file);
    expect(variants.map(({ uri, RESOLUTION }) => [uri, RESOLUTION])).toEqual([
      ['stream.144.m3u8', '144x256'],
      ['stream.72.m3u8', '72x128'],
    ]);
    const rateOf = (segments: MediaPlaylist['segments']) => ({
      peak: Math.max(
        ...segments.filter(({ seconds }) => seconds >= 1).map(({ bytes, seconds }) => (bytes * 8) / seconds),
      ),
      average: (segments.reduce((sum, { bytes }) => sum + bytes, 0) * 8) / 16,
    });
    const sound = rateOf((await playlistOf(made, 'stream.audio.m3u8')).segments);
    for (const variant of variants) {
      expect(variant).toMatchObject({ 'FRAME-RATE': '10.000', AUDIO: '"audio"' });
      expect(variant.CODECS).toMatch(/^"avc1\.6400[0-9a-f]{2},mp4a\.40\.2"$/);
      const pictures = rateOf((await playlistOf(made, variant.uri!)).segments);
      expect(Number(variant.BANDWIDTH) / (pictures.peak + sound.peak)).toBeCloseTo(1, 1);
      expect(Number(variant['AVERAGE-BANDWIDTH']) / (pictures.average + sound.average)).toBeCloseTo(1, 1);
      expect(Number(variant.BANDWIDTH)).toBeGreaterThanOrEqual(Number(variant['AVERAGE-BANDWIDTH']));
    }
  });

  it('is made of parts that were rendered before', async () => {
    const options = { artifacts, outputs: [stream()] };
    const first = moving;
    const second = await bench.render(montage('moving.mp4'), {}, {}, options);
    expect([first.output.reusedFrames, second.output.reusedFrames]).toEqual([0, 160]);
    expect(second.output.sha256).toBe(first.output.sha256);
    const pictures = await Promise.all(
      [first, second].map(async ({ output, locate }) => picturesOf(await locate(output, 'stream.72.m3u8'))),
    );
    expect(pictures[1]).toEqual(pictures[0]);
    expect(pictures[0]).toHaveLength(160);
    // Other segments are other pictures to the encoder.
    const other = await bench.render(
      montage('moving.mp4'),
      {},
      {},
      { ...options, outputs: [stream({ segmentUs: 3_000_000 })] },
    );
    expect(other.output.reusedFrames).toBe(0);
  });

  it('has a sprite sheet where one is asked for, and numbers for variants', async () => {
    const spriteSheet = { intervalUs: 1_000_000, width: 36 };
    const { outputs } = await bench.render(
      montage('colors.mp4', { variants: 2, longestClipUs: 1_000_000 }),
      {},
      {},
      { outputs: [stream({}, { spriteSheet })] },
    );
    expect(outputs.map(({ key }) => key)).toEqual(['stream-1.m3u8', 'stream-2.m3u8']);
    expect(outputs[1]!.parts!.map(({ name }) => name)).toEqual([
      ...['stream-2.m3u8.poster.jpg', 'stream-2.144.m3u8', 'stream-2.144.mp4', 'stream-2.72.m3u8', 'stream-2.72.mp4'],
      ...['stream-2.audio.m3u8', 'stream-2.audio.mp4', 'stream-2.m3u8.sprite-001.jpg', 'stream-2.m3u8.sprite.vtt'],
    ]);
  });
});

const profile = hlsProfile({ kind: 'hls', shortSides: [144, 72], segmentUs: 2_000_000 });
const plan = { width: 144, height: 256, frameRate: { num: RATE, den: 1 }, frames: 50, samples: 240_000 };

describe('the check of a stream', () => {
  let made: BenchResult;
  beforeAll(async () => (made = await render(montage('moving.mp4', { longestClipUs: 5_000_000 }), stream())));

  /** A copy of the stream, to be damaged. */
  async function copy(): Promise<string> {
    const folder = await mkdtemp(path.join(bench.media.folder, 'stream-'));
    await cp(path.dirname(made.file), path.join(folder, 'package'), { recursive: true });
    return folder;
  }
  const verify = (folder: string, planned = plan) =>
    profile.verify(toolsIn(bench, folder), 'package/stream.m3u8', planned);

  it('passes one that is whole', async () => {
    expect(await verify(await copy())).toMatchObject({ frameCount: 50, sha256: made.output.sha256 });
  });

  it.each<readonly [string, string, (text: string) => string, RegExp]>([
    ['an empty playlist', 'stream.72.m3u8', () => '', /stream\.72\.m3u8: it is not whole/],
    [
      'a playlist without its end',
      'stream.144.m3u8',
      (text) => text.replace('#EXT-X-ENDLIST\n', ''),
      /it is not whole/,
    ],
    [
      'a missing segment',
      'stream.144.m3u8',
      (text) => text.replace(/#EXTINF.*\n.*\n.*\n/, ''),
      /segments do not follow/,
    ],
    [
      'another length',
      'stream.144.m3u8',
      (text) => text.replace('#EXTINF:1.0', '#EXTINF:1.1'),
      /length of its segments/,
    ],
    ['another file', 'stream.144.m3u8', (text) => text.replaceAll('144.mp4', '72.mp4'), /file is stream\.72\.mp4/],
    ['an unnamed size', 'stream.m3u8', (text) => text.replace('stream.72.m3u8', ''), /list of playlists/],
  ])('finds %s', async (_, name, change, message) => {
    const folder = await copy();
    const file = path.join(folder, 'package', name);
    await writeFile(file, change(await readFile(file, 'utf8')));
    await expect(verify(folder)).rejects.toThrow(message);
  });

  it.each(['stream.144.mp4', 'stream.72.mp4', 'stream.audio.mp4'])('finds a cut %s', async (name) => {
    const folder = await copy();
    const file = path.join(folder, 'package', name);
    await truncate(file, (await stat(file)).size - 1);
    await expect(verify(folder)).rejects.toThrow(/OUTPUT_MISMATCH|not what was planned|cannot be read back/);
  });

  it.each(['stream.144.mp4', 'stream.audio.mp4'])('finds zeros where the segments of %s are', async (name) => {
    const folder = await copy();
    const file = path.join(folder, 'package', name);
    const bytes = await readFile(file);
    await writeFile(file, bytes.fill(0, Math.floor(bytes.length / 2)));
    await expect(verify(folder)).rejects.toThrow(/a segment is not whole/);
  });

  it('finds a stream of another length', async () => {
    const folder = await copy();
    await expect(verify(folder, { ...plan, frames: 49 })).rejects.toThrow(/frames of its segments is 20 20 10/);
  });
});

describe.skipIf(smallDisk === null)('a disk that is full while a stream is cut', () => {
  it('is told as such, though ffmpeg ends with code 0', async () => {
    const disk = (await mountSmallDisk(4))!;
    try {
      const encodings = profile.packaging!.encodings('0', plan);
      const files = encodings.map((encoding) => ({ ...encoding, file: `output-${encoding.name}` }));
      const source = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=30:d=5'];
      const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '10', '-pix_fmt', 'yuv420p', '-f', 'mp4'];
      await ffmpeg([...source, ...video, path.join(disk.folder, 'output-0-144')]);
      const { bavail, bsize } = await statfs(disk.folder);
      await writeFile(path.join(disk.folder, 'filler'), Buffer.alloc(bavail * bsize - 100_000));
      const packed = profile.packaging!.pack(toolsIn(bench, disk.folder), 'package', {
        key: 'stream.m3u8',
        content: plan,
        encodings: files,
      });
      const error = await packed.catch((thrown: unknown) => asRenderError(thrown));
      expect(error).toMatchObject({ failure: { reason: 'OUT_OF_DISK' } });
    } finally {
      await disk.remove();
    }
  });
});
