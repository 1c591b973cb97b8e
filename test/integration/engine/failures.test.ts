import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { ffmpeg } from '../../fixtures/run-ffmpeg.js';
import { crossFade, montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';
import { underLoad } from '../../support/load.js';

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  const { media } = bench;
  await media.video('good.mp4', { size: '144x256', colors: ['FF0000'], secondsEach: 1 });
  await media.make('long.mp4', [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=320x180:r=30:d=4',
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-movflags',
    '+faststart',
  ]);
});
afterAll(() => bench.close());
afterEach(async () => {
  expect(await bench.leftovers()).toEqual([]);
});

function montage(uris: readonly string[], changes: Partial<Montage> = {}): Montage {
  const materials = uris.map((uri, i) => ({ uri, field: `spec.montage.materials[${i}].uri` }));
  return montageOf(0, { materials, longestClipUs: 3_000_000, ...changes });
}

const SECOND = 'spec.montage.materials[1].uri';
const narration = (uri: string) => ({ narration: { asset: { uri, field: 'spec.montage.narration.uri' }, gainDb: 0 } });

describe('a render with bad materials', () => {
  it.each([
    ['a text file', 'INPUT_NOT_MEDIA', () => bench.media.file('bad.mp4', 'hello, this is text\n'.repeat(50))],
    ['an empty file', 'INPUT_EMPTY', () => bench.media.file('bad.mp4', '')],
    ['an audio file', 'INPUT_NO_VIDEO', () => bench.media.tones('bad.wav', { hz: [440], secondsEach: 1 })],
    [
      'a playlist of local files',
      'INPUT_NOT_MEDIA',
      () => bench.media.file('bad.mp4', '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\ngood.mp4\n#EXT-X-ENDLIST\n'),
    ],
    [
      'a concat script',
      'INPUT_NOT_MEDIA',
      () => bench.media.file('bad.mp4', "ffconcat version 1.0\nfile 'good.mp4'\n"),
    ],
    [
      'a vector drawing that names another file',
      'INPUT_NOT_SUPPORTED',
      () =>
        bench.media.file(
          'bad.png',
          '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
        ),
    ],
    [
      'an MP4 whose index is missing',
      'INPUT_TRUNCATED',
      async () => {
        await bench.media.make('atend.mp4', ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=30:d=2', '-c:v', 'libx264']);
        await bench.media.truncated('bad.mp4', bench.media.path('atend.mp4'), 0.5);
      },
    ],
    [
      'an MP4 too short for its clip',
      'INPUT_TRUNCATED',
      () => bench.media.truncated('bad.mp4', bench.media.path('long.mp4'), 0.3),
    ],
    [
      'a Matroska file too short for its clip',
      'INPUT_TRUNCATED',
      async () => {
        await bench.media.make('whole.mkv', [
          '-f',
          'lavfi',
          '-i',
          'testsrc2=s=320x180:r=30:d=4',
          '-c:v',
          'libx264',
          '-preset',
          'ultrafast',
        ]);
        await bench.media.truncated('bad.mp4', bench.media.path('whole.mkv'), 0.3);
      },
    ],
    [
      'a PNG of 400 million pixels',
      'INPUT_TOO_LARGE',
      async () => {
        await bench.media.file(
          'bad.png',
          hugePng(
            await readFile(await bench.media.make('small.png', ['-f', 'lavfi', '-i', 'color=s=8x8', '-frames:v', '1'])),
          ),
        );
      },
    ],
  ] as const)('refuses %s as %s, and names the field', async (_name, reason, make) => {
    const made = await make();
    const file = typeof made === 'string' ? made.slice(made.lastIndexOf('/') + 1) : undefined;
    const failure = await bench.failure(
      montage(['good.mp4', file ?? (reason === 'INPUT_TOO_LARGE' ? 'bad.png' : 'bad.mp4')]),
    );
    expect(failure).toMatchObject({ reason, field: SECOND });
    expect(failure.message).not.toMatch(/\/|inputs/);
  });

  it('names the readable length of a truncated file and the length that its clip needs', async () => {
    await bench.media.truncated('cut.mp4', bench.media.path('long.mp4'), 0.3);
    const failure = await bench.failure(montage(['cut.mp4']));
    expect(failure.message).toMatch(/ [01]\.\d\d s of video are in it, its clip needs 3\.00 s/);
  });

  it('uses the readable part of a truncated file when it is long enough', async () => {
    await bench.media.truncated('enough.mp4', bench.media.path('long.mp4'), 0.6);
    const { output } = await bench.render(montage(['enough.mp4'], { longestClipUs: 1_000_000 }));
    expect(output.frameCount).toBe(30);
  });

  it('refuses a missing file, and a clip too short for its transitions', async () => {
    expect(await bench.failure(montage(['good.mp4', 'nowhere.mp4']))).toMatchObject({
      reason: 'INPUT_NOT_FOUND',
      field: SECOND,
    });
    const fades = montage(['good.mp4', 'good.mp4', 'good.mp4'], { transition: crossFade(0.8) });
    expect(await bench.failure(fades)).toMatchObject({ reason: 'CLIP_TOO_SHORT', field: SECOND });
  });

  it('treats names with a meaning for ffmpeg as plain names', async () => {
    const odd = ['a%03d.png', "it's [a], b;c:d.png", '-version.png', ' edge .png'];
    for (const name of odd)
      await ffmpeg([
        '-f',
        'lavfi',
        '-i',
        'color=red:s=144x256',
        '-frames:v',
        '1',
        '-update',
        '1',
        '-f',
        'image2',
        `file:${bench.media.folder}/plain.png`,
      ]).then(async () => bench.media.file(name, await readFile(bench.media.path('plain.png'))));
    const { output } = await bench.render(montage(odd, { longestClipUs: 200_000 }));
    expect(output.frameCount).toBe(24);
  });
});

describe('a render with bad audio', () => {
  const field = 'spec.montage.narration.uri';
  it.each([
    ['an empty file', 'INPUT_EMPTY', () => bench.media.file('bad.wav', '')],
    ['a text file', 'INPUT_NOT_MEDIA', () => bench.media.file('bad.wav', 'text '.repeat(500))],
    [
      'a video without audio',
      'INPUT_NO_AUDIO',
      () => bench.media.make('bad.wav', ['-i', bench.media.path('good.mp4'), '-c', 'copy', '-f', 'mp4']),
    ],
    [
      'a header without audio',
      'INPUT_TRUNCATED',
      async () => {
        await bench.media.file(
          'bad.wav',
          (await readFile(await bench.media.tones('t.wav', { hz: [440], secondsEach: 1 }))).subarray(0, 78),
        );
      },
    ],
  ] as const)('refuses %s as narration: %s', async (_name, reason, make) => {
    await make();
    expect(await bench.failure(montage(['good.mp4'], narration('bad.wav')))).toMatchObject({ reason, field });
  });

  it('warns of a narration that is shorter than it claims', async () => {
    await bench.media.make('claims.m4a', ['-f', 'lavfi', '-i', 'sine=d=3', '-movflags', '+faststart']);
    await bench.media.truncated('short.m4a', bench.media.path('claims.m4a'), 0.6);
    const { output, warnings } = await bench.render(montage(['good.mp4'], narration('short.m4a')));
    expect(output.frameCount).toBeLessThan(70);
    expect(warnings).toMatchObject([{ code: 'NARRATION_SHORTER_THAN_CLAIMED', field }]);
  });
});

describe('a render with bad subtitles', () => {
  const subtitles = (uri: string): Partial<Montage> => ({
    subtitles: {
      field: 'spec.montage.subtitles',
      source: { kind: 'file', asset: { uri, field: 'spec.montage.subtitles.uri' } },
      style: {
        fontSize: 20,
        textColor: { r: 255, g: 255, b: 255, a: 255 },
        outlineColor: { r: 0, g: 0, b: 0, a: 255 },
        outlineWidth: 1,
        boxColor: null,
        boxShape: 'TEXT' as const,
        font: null,
        bold: false,
        position: 'BOTTOM',
      },
    },
  });

  it.each([
    ['an empty file', 'INPUT_EMPTY', ''],
    ['text without a cue', 'SUBTITLES_NOT_READABLE', 'hello'],
    [
      'a file that is no text',
      'SUBTITLES_NOT_READABLE',
      Buffer.from('1\n00:00:00,000 --> 00:00:01,000\n\xe4\0\xf6\n', 'latin1'),
    ],
    ['more than 4 MiB', 'SUBTITLES_NOT_READABLE', Buffer.alloc(4 * 1024 * 1024 + 1, 'x')],
  ] as const)('refuses %s: %s', async (_name, reason, content) => {
    await bench.media.file('bad.srt', content);
    expect(await bench.failure(montage(['good.mp4'], subtitles('bad.srt')))).toMatchObject({
      reason,
      field: 'spec.montage.subtitles.uri',
    });
  });
});

describe('a render', () => {
  // Long enough to be cancelled in its middle.
  const slow = () =>
    montage(['long.mp4'], {
      width: 1080,
      height: 1920,
      materials: Array.from({ length: 20 }, (_, i) => ({ uri: 'long.mp4', field: `m${i}` })),
    });

  it('stops within a second of a cancel, and leaves neither process nor file', async () => {
    const abort = new AbortController();
    let abortedAt = 0;
    const rendering = bench.render(slow(), {
      signal: abort.signal,
      onProgress: ({ framesDone }) => {
        if (framesDone === 0 || abortedAt > 0) return;
        abortedAt = performance.now();
        abort.abort(new Error('cancelled'));
      },
    });
    await expect(rendering).rejects.toThrow('cancelled');
    expect(performance.now() - abortedAt).toBeLessThan(underLoad(1_000));
    const running = execFileSync(
      'sh',
      [
        '-c',
        `grep -ls -- filter_complex /proc/[0-9]*/cmdline | while read f; do readlink "$(dirname "$f")/cwd"; done; true`,
      ],
      { encoding: 'utf8' },
    );
    expect(running).not.toContain(bench.scratchRoot);
  });

  it('ends at its deadline with a typed reason', async () => {
    expect(await bench.failure(slow(), {}, { totalMs: 1_500 })).toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
  });

  it('ends when it needs too much memory', async () => {
    expect(await bench.failure(slow(), {}, { maxRssBytes: 120 * 1024 ** 2 })).toMatchObject({
      reason: 'MEMORY_LIMIT_EXCEEDED',
    });
  });
});

describe('a render in too little memory', () => {
  it('is refused by the first clip without enough memory, before anything is rendered', async () => {
    const spec = montage(Array<string>(60).fill('good.mp4'), { width: 1080, height: 1920, longestClipUs: 100_000 });
    const clocks = { maxRssBytes: 256 * 1024 ** 2 };
    const failure = await bench.failure(spec, {}, clocks);
    expect(failure).toMatchObject({ reason: 'MEMORY_LIMIT_EXCEEDED' });
    expect(failure.field).toMatch(/^spec\.montage\.materials\[4\]/);
    expect(failure.message).toMatch(
      /6 clips that are shown together at 1080 x 1920 need at least 0\.3 GB of memory.*0\.3 GB, enough for 4/,
    );
  });
});

describe('the progress of a render', () => {
  it('is reported at once, in order, never backwards, up to 99', async () => {
    const { progress } = await bench.render(montage(['long.mp4'], { width: 720, height: 1280 }));
    expect(progress[0]).toMatchObject({ phase: 'FETCHING', percent: 0, framesTotal: 0 });
    expect([...new Set(progress.map(({ phase }) => phase))]).toEqual([
      'FETCHING',
      'PROBING',
      'RENDERING',
      'FINALIZING',
      'UPLOADING',
    ]);
    for (const key of ['percent', 'framesDone', 'outTimeUs'] as const) {
      const values = progress.map((p) => p[key]);
      expect(values).toEqual([...values].sort((a, b) => a - b));
    }
    expect(progress.at(-1)).toMatchObject({ percent: 99, framesDone: 90, framesTotal: 90 });
  });
});

/** A small PNG whose header says 20,000 x 20,000. */
function hugePng(png: Buffer): Buffer {
  const huge = Buffer.from(png);
  huge.writeUInt32BE(20_000, 16);
  huge.writeUInt32BE(20_000, 20);
  huge.writeUInt32BE(crc32(huge.subarray(12, 29)), 29);
  return huge;
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
