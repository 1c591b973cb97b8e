import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { ffmpeg } from '../../fixtures/run-ffmpeg.js';
import { colorDistance, readVideo } from '../../support/media-content.js';
import { montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const COLORS = { R: 'C02020', G: '20A040', B: '2040C0', Y: 'C0B020' };
const SIZE = { width: 160, height: 120 };

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
});
afterAll(() => bench.close());

const at = (name: string) => bench.media.path(name);

type Parts = readonly (readonly [letter: keyof typeof COLORS, seconds: number])[];

/** Plain colours one after another, each for so many seconds, at 30 frames a second. */
function colors(...parts: Parts): string[] {
  const inputs = parts.flatMap(([letter, seconds]) => [
    '-f',
    'lavfi',
    '-i',
    `color=0x${COLORS[letter]}:s=160x120:r=30:d=${seconds}`,
  ]);
  return [...inputs, '-filter_complex', `concat=n=${parts.length}`];
}

/** The same, but each colour is one picture that stands until the next. */
function standing(...parts: Parts): string[] {
  return [...colors(...parts).slice(0, -1), `concat=n=${parts.length},mpdecimate`, '-fps_mode', 'vfr'];
}

/** What a clip of at most so many seconds shows: runs of colours and their lengths in frames. */
async function shown(uri: string, seconds: number, changes: Partial<Montage> = {}): Promise<string> {
  const spec = montageOf(0, { ...SIZE, materials: [{ uri, field: 'f' }], longestClipUs: seconds * 1e6, ...changes });
  const { output, file } = await bench.render(spec);
  const video = await readVideo(file);
  expect(output.frameCount).toBe(video.frames.length);
  const letters = video.frames.map((_, i) => {
    const is = video.colorAt(i, 0.5, 0.5);
    return Object.entries(COLORS).find(([, color]) => colorDistance(is, color) < 16)?.[0] ?? '?';
  });
  return letters
    .join('')
    .replace(/(.)\1*/g, (run) => `${run[0]!}${run.length} `)
    .trim();
}

describe('a clip of a file that was trimmed without encoding', () => {
  it.each([0.8, 2.5, 4])('shows the part of the edit list, with %d s hidden', async (hidden) => {
    await ffmpeg([
      ...colors(['R', 3], ['B', 12]),
      '-c:v',
      'libx264',
      '-g',
      '600',
      '-sc_threshold',
      '0',
      at('long.mp4'),
    ]);
    await ffmpeg(['-ss', String(hidden), '-i', at('long.mp4'), '-c', 'copy', at('trimmed.mp4')]);
    const expected = hidden < 3 ? `R${Math.round((3 - hidden) * 30)} B${150 - Math.round((3 - hidden) * 30)}` : 'B150';
    expect(await shown('trimmed.mp4', 5)).toBe(expected);
  });
});

describe('a recording with frames that last seconds', () => {
  const ENCODERS = [
    ['mkv', ['-c:v', 'libx264']],
    ['webm', ['-c:v', 'libvpx', '-b:v', '2M', '-deadline', 'realtime']],
    ['flv', ['-c:v', 'libx264', '-bf', '0']],
    ['mp4', ['-c:v', 'libx264']],
  ] as const;

  it.each(ENCODERS)('is shown with each frame for its time (%s)', async (container, encoder) => {
    await ffmpeg([...standing(['R', 5], ['B', 5], ['G', 1]), ...encoder, at(`standing.${container}`)]);
    expect(await shown(`standing.${container}`, 3)).toBe('R90');
    expect(await shown(`standing.${container}`, 8)).toBe('R150 B90');
  });

  it('is shown when the file has no length, as browsers record', async () => {
    await ffmpeg([
      ...standing(['R', 5], ['B', 5], ['G', 1]),
      '-c:v',
      'libvpx',
      '-deadline',
      'realtime',
      '-live',
      '1',
      '-f',
      'webm',
      at('live.webm'),
    ]);
    expect(await shown('live.webm', 8)).toBe('R150 B90');
  });

  it('shows its last frame until the end that the file claims', async () => {
    await ffmpeg([...standing(['R', 3], ['B', 4]), '-c:v', 'libx264', at('still.mkv')]);
    const whole = await readFile(at('still.mkv'));
    // Its recorder wrote the length when it was stopped: seven seconds, whereas the last picture came after three.
    await writeFile(at('stopped.mkv'), withLength(whole, 7000));
    expect(await shown('stopped.mkv', 10)).toBe('R90 B120');
  });

  it('is shown in clips that begin within a frame', async () => {
    await ffmpeg([...standing(['R', 3.5], ['B', 3.5], ['G', 1]), '-c:v', 'libx264', at('pieces.mkv')]);
    await ffmpeg(['-i', at('pieces.mkv'), '-c', 'copy', at('pieces.flv')]);
    for (const name of ['pieces.mkv', 'pieces.flv']) {
      const runs = (await shown(name, 1, { concat: 'RANDOM', seed: 3 })).split(' ');
      const framesOf = (letter: string) =>
        runs.reduce((sum, run) => sum + (run.startsWith(letter) ? Number(run.slice(1)) : 0), 0);
      // Every piece is there once, in any order; one of them begins in the red picture's middle, some in the blue one's.
      expect([framesOf('R'), framesOf('B')], runs.join(' ')).toEqual([105, 105]);
    }
  });
});

describe('a file whose audio is longer than its video', () => {
  it('is as long as its video, in FLV and MKV', async () => {
    await ffmpeg([
      ...colors(['R', 1], ['B', 2]),
      '-f',
      'lavfi',
      '-i',
      'sine=d=10',
      '-c:v',
      'libx264',
      '-c:a',
      'aac',
      at('longer.flv'),
    ]);
    await ffmpeg(['-i', at('longer.flv'), '-c', 'copy', at('longer.mkv')]);
    for (const name of ['longer.flv', 'longer.mkv']) expect(await shown(name, 8), name).toBe('R30 B60');
  });
});

describe('a recording whose clock was set during it', () => {
  it.each([
    ['ahead', ['10', '1000']],
    ['back', ['1000', '10']],
  ])('is shown without a gap after its clock was set %s', async (_, offsets) => {
    const parts: Buffer[] = [];
    for (const [i, offset] of offsets.entries()) {
      await ffmpeg([
        ...colors([i === 0 ? 'R' : 'B', 3]),
        '-c:v',
        'libx264',
        '-output_ts_offset',
        offset,
        at('part.ts'),
      ]);
      parts.push(await readFile(at('part.ts')));
    }
    await writeFile(at('jump.ts'), Buffer.concat(parts));
    expect(await shown('jump.ts', 5)).toBe('R90 B60');
    expect(await shown('jump.ts', 10)).toBe('R90 B90');
  });
});

describe('the video stream of a file', () => {
  it('is the first that can be decoded', async () => {
    await ffmpeg([...colors(['B', 2]), '-c:v', 'mpeg4', '-q:v', '2', at('blue.mp4')]);
    await ffmpeg([
      '-f',
      'lavfi',
      '-i',
      `color=0x${COLORS.R}:s=160x120:r=30:d=2`,
      '-i',
      at('blue.mp4'),
      '-map',
      '0:v',
      '-map',
      '1:v',
      '-c:v:0',
      'libx264',
      '-c:v:1',
      'copy',
      at('two.mp4'),
    ]);
    const bytes = await readFile(at('two.mp4'));
    // The first stream's codec becomes one that nobody knows.
    const entry = bytes.indexOf('avc1', bytes.indexOf('stsd'));
    bytes.write('zzzz', entry, 'latin1');
    await writeFile(at('unknown.mp4'), bytes);
    expect(await shown('unknown.mp4', 5)).toBe('B60');
  });

  it('is refused by its codec when none can be decoded', async () => {
    await ffmpeg([...colors(['B', 1]), '-c:v', 'libx264', at('one.mp4')]);
    const bytes = await readFile(at('one.mp4'));
    bytes.write('zzzz', bytes.indexOf('avc1', bytes.indexOf('stsd')), 'latin1');
    await writeFile(at('none.mp4'), bytes);
    const failure = await bench.failure(montageOf(0, { materials: [{ uri: 'none.mp4', field: 'f' }] }));
    expect(failure).toEqual({
      reason: 'INPUT_NOT_SUPPORTED',
      field: 'f',
      message: 'the video of this file (zzzz) cannot be decoded here; convert it to H.264',
    });
  });

  it.each([
    ['raw.h264', 'libx264'],
    ['raw.hevc', 'libx265'],
    ['raw.m2v', 'mpeg2video'],
  ])('may be raw: %s', async (name, encoder) => {
    await ffmpeg([
      ...colors(['R', 1], ['B', 2]),
      '-c:v',
      encoder,
      ...(encoder === 'libx265' ? ['-x265-params', 'log-level=error'] : []),
      at(name),
    ]);
    expect(await shown(name, 5)).toBe('R30 B60');
    expect(await shown(name, 2)).toBe('R30 B30');
  });
});

describe('a file that is cut off', () => {
  it.each(['mkv', 'webm', 'flv', 'mp4'])('is refused as truncated: %s', async (container) => {
    const codecs =
      container === 'webm'
        ? ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libvorbis']
        : ['-c:v', 'libx264', '-c:a', 'aac'];
    await ffmpeg([
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=320x240:r=30:d=8',
      '-f',
      'lavfi',
      '-i',
      'sine=d=8',
      ...codecs,
      '-movflags',
      '+faststart',
      at(`whole.${container}`),
    ]);
    const bytes = await readFile(at(`whole.${container}`));
    await writeFile(at(`cut.${container}`), bytes.subarray(0, bytes.length >> 1));
    const failure = await bench.failure(
      montageOf(0, { ...SIZE, materials: [{ uri: `cut.${container}`, field: 'f' }], longestClipUs: 7_000_000 }),
    );
    expect(failure).toMatchObject({ reason: 'INPUT_TRUNCATED', field: 'f' });
    expect(failure.message).toMatch(/[34]\.\d\d s of video are in it, its clip needs 7\.00 s/);
  });
});

describe('a file with slightly more than it claims', () => {
  it('is shown whole', async () => {
    await ffmpeg([...colors(['R', 2], ['B', 0.2]), '-c:v', 'libx264', at('more.mkv')]);
    const bytes = await readFile(at('more.mkv'));
    await writeFile(at('claims.mkv'), withLength(bytes, 2000));
    expect(await shown('claims.mkv', 5)).toBe('R60 B6');
  });
});

/** A Matroska file that claims another length, in milliseconds: the one of its segment, without that of its track. */
function withLength(mkv: Buffer, ms: number): Buffer {
  const bytes = Buffer.from(mkv);
  const at = bytes.indexOf(Buffer.from([0x44, 0x89, 0x88]));
  if (at < 0) throw new Error('no length');
  bytes.writeDoubleBE(ms, at + 3);
  const tag = bytes.indexOf('DURATION');
  if (tag >= 0) bytes.write('XURATION', tag, 'latin1');
  return bytes;
}
