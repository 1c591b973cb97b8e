import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { ffmpeg } from '../../fixtures/run-ffmpeg.js';
import { colorDistance, readVideo } from '../../support/media-content.js';
import { montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const COLORS = { R: 'C02020', G: '20A040', B: '2040C0', Y: 'C0B020' };
/** Three frames of a colour that no other file has, between files that are shown in one video. */
const BETWEEN = 'between.mp4';
const SIZE = { width: 160, height: 120 };

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await ffmpeg([...colors(['Y', 0.1]), '-c:v', 'libx264', at(BETWEEN)]);
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

/** Files one after another, in clips of at most so many seconds: the colour of each frame. */
async function lettersOf(uris: readonly string[], seconds: number, changes: Partial<Montage> = {}): Promise<string> {
  const materials = uris.map((uri) => ({ uri, field: 'f' }));
  const spec = montageOf(0, { ...SIZE, materials, longestClipUs: seconds * 1e6, ...changes });
  const { output, file } = await bench.render(spec);
  const video = await readVideo(file);
  expect(output.frameCount).toBe(video.frames.length);
  const letters = video.frames.map((_, i) => {
    const is = video.colorAt(i, 0.5, 0.5);
    return Object.entries(COLORS).find(([, color]) => colorDistance(is, color) < 16)?.[0] ?? '?';
  });
  return letters.join('');
}

const runsIn = (letters: string) => letters.replace(/(.)\1*/g, (run) => `${run[0]!}${run.length} `).trim();

/** What a clip of at most so many seconds shows: runs of colours and their lengths in frames. */
async function shown(uri: string, seconds: number, changes: Partial<Montage> = {}): Promise<string> {
  return runsIn(await lettersOf([uri], seconds, changes));
}

/** The same of each of several files. */
async function shownOf(uris: readonly string[], seconds: number): Promise<Record<string, string>> {
  const letters = await lettersOf(
    uris.flatMap((uri) => [uri, BETWEEN]),
    seconds,
  );
  const clips = letters.split('YYY');
  expect(clips, runsIn(letters)).toHaveLength(uris.length + 1);
  return Object.fromEntries(uris.map((uri, i) => [uri, runsIn(clips[i]!)]));
}

/** The same runs for each file. */
const each = (uris: readonly string[], runs: string) => Object.fromEntries(uris.map((uri) => [uri, runs]));

describe('a clip of a file that was trimmed without encoding', () => {
  it('shows the part of the edit list', async () => {
    const encoder = ['-c:v', 'libx264', '-g', '600', '-sc_threshold', '0'];
    await ffmpeg([...colors(['R', 3], ['B', 4]), ...encoder, at('long.mp4')]);
    const hidden = { 'hides-0.8.mp4': '0.8', 'hides-2.5.mp4': '2.5', 'hides-4.mp4': '4' };
    for (const [name, seconds] of Object.entries(hidden))
      await ffmpeg(['-ss', seconds, '-i', at('long.mp4'), '-c', 'copy', at(name)]);
    expect(await shownOf(Object.keys(hidden), 3)).toEqual({
      'hides-0.8.mp4': 'R66 B24',
      'hides-2.5.mp4': 'R15 B75',
      'hides-4.mp4': 'B90',
    });
  });
});

describe('a recording with frames that last seconds', () => {
  const ENCODERS = [
    ['mkv', ['-c:v', 'libx264']],
    ['webm', ['-c:v', 'libvpx', '-b:v', '2M', '-deadline', 'realtime']],
    ['flv', ['-c:v', 'libx264', '-bf', '0']],
    ['mp4', ['-c:v', 'libx264']],
  ] as const;

  it('is shown with each frame for its time, in every container', async () => {
    const names = ENCODERS.map(([container]) => `standing.${container}`);
    for (const [container, encoder] of ENCODERS)
      await ffmpeg([...standing(['R', 5], ['B', 5], ['G', 1]), ...encoder, at(`standing.${container}`)]);
    expect(await shownOf(names, 3)).toEqual(each(names, 'R90'));
    expect(await shownOf(names, 8)).toEqual(each(names, 'R150 B90'));
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

describe('a file whose picture begins later than its sound', () => {
  it('is shown from its first picture on, also in clips that begin later', async () => {
    const sound = ['-f', 'lavfi', '-i', 'sine=d=9'];
    await ffmpeg([...colors(['R', 3.5], ['B', 3.5], ['G', 1]), '-c:v', 'libx264', '-g', '30', at('picture.mkv')]);
    const names = ['mkv', 'flv', 'ts', 'mp4'].map((container) => `later.${container}`);
    for (const name of names) {
      const copied = ['-itsoffset', '0.8', '-i', at('picture.mkv'), ...sound, '-c:v', 'copy', '-c:a', 'aac'];
      await ffmpeg([...copied, at(name)]);
    }
    expect(await shownOf(names, 9)).toEqual(each(names, 'R105 B105 G30'));
    for (const name of names) {
      const letters = await lettersOf([name], 1, { concat: 'RANDOM', seed: 3 });
      expect(runsIn(Array.from(letters).sort().join('')), name).toBe('B105 G30 R105');
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
    const names = ['longer.flv', 'longer.mkv'];
    expect(await shownOf(names, 8)).toEqual(each(names, 'R30 B60'));
  });
});

describe('a recording whose clock was set during it', () => {
  it('is shown without a gap after its clock was set ahead and back', async () => {
    const jumps = { 'ahead.ts': ['10', '1000'], 'back.ts': ['1000', '10'] };
    for (const [name, offsets] of Object.entries(jumps)) {
      const parts: Buffer[] = [];
      for (const [i, offset] of offsets.entries()) {
        const encoder = ['-c:v', 'libx264', '-output_ts_offset', offset];
        await ffmpeg([...colors([i === 0 ? 'R' : 'B', 3]), ...encoder, at('part.ts')]);
        parts.push(await readFile(at('part.ts')));
      }
      await writeFile(at(name), Buffer.concat(parts));
    }
    const names = Object.keys(jumps);
    expect(await shownOf(names, 5)).toEqual(each(names, 'R90 B60'));
    expect(await shownOf(names, 10)).toEqual(each(names, 'R90 B90'));
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

  it('may be raw', async () => {
    const encoders = {
      'raw.h264': ['libx264'],
      'raw.hevc': ['libx265', '-x265-params', 'log-level=error'],
      'raw.m2v': ['mpeg2video'],
    };
    for (const [name, encoder] of Object.entries(encoders))
      await ffmpeg([...colors(['R', 1], ['B', 2]), '-c:v', ...encoder, at(name)]);
    const names = Object.keys(encoders);
    expect(await shownOf(names, 5)).toEqual(each(names, 'R30 B60'));
    expect(await shownOf(names, 2)).toEqual(each(names, 'R30 B30'));
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
      'testsrc2=s=160x120:r=30:d=8',
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
