import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptionStyle } from '../../../src/composition/captions.js';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { longestBlockOf } from '../../support/longest-block.js';
import { startThreadTime } from '../../support/thread-time.js';
import { readVideo, type VideoContent } from '../../support/media-content.js';
import { captionsOf, montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.image('grey.png', { size: '320x180', colors: ['404040', '404040', '404040', '404040'] });
});
afterAll(() => bench.close());

const WHITE = { r: 255, g: 255, b: 255, a: 255 };
const BLACK = { r: 0, g: 0, b: 0, a: 255 };
const STYLE: CaptionStyle = {
  ...{ fontSize: 24, textColor: WHITE, outlineColor: BLACK, outlineWidth: 0, boxColor: null, boxShape: 'TEXT' },
  ...{ font: null, bold: false, position: 'BOTTOM' },
};
const FIELD = 'spec.montage.subtitles.file.uri';

function withFile(uri: string, style: Partial<CaptionStyle> = {}): Montage {
  const asset = { uri, field: FIELD };
  return still({ field: 'spec.montage.subtitles', source: { kind: 'file', asset }, style: { ...STYLE, ...style } });
}

function still(subtitles: Montage['subtitles']): Montage {
  const materials = [{ uri: 'grey.png', field: 'spec.montage.materials[0].uri' }];
  return montageOf(0, { width: 320, height: 180, longestClipUs: 500_000, materials, subtitles });
}

/** The rows of a frame that have something much brighter than the grey. */
function inkRows(video: VideoContent, frame: number): number[] {
  const picture = video.frames.at(frame)!;
  const isInk = (x: number, y: number) => picture[(y * video.width + x) * 3 + 1]! > 0x90;
  const columns = Array.from({ length: video.width }, (_, x) => x);
  return Array.from({ length: video.height }, (_, y) => y).filter((y) => columns.some((x) => isInk(x, y)));
}

/** How many lines of text rows of ink make. */
function linesIn(rows: readonly number[]): number {
  return rows.filter((row, i) => row !== rows[i - 1]! + 1).length;
}

const FORMATS: readonly (readonly [name: string, text: string])[] = [
  ['a.srt', '1\n00:00:00,000 --> 00:00:00,300\nHH\n'],
  ['a.vtt', 'WEBVTT\n\n00:00.000 --> 00:00.300\n \nHH\n'],
  ['a.sbv', '0:00:00.000,0:00:00.300\nHH\n'],
  ['a.sub', '{1}{1}30\n{0}{9}HH\n'],
  ['a.smi', '<SAMI><BODY><SYNC Start=0><P>HH<SYNC Start=300><P>&nbsp;</BODY></SAMI>'],
  ['a.ttml', '<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="0s" end="0.3s">HH</p></div></body></tt>'],
];

describe('a subtitle file of a render', () => {
  it.each(FORMATS)('is shown at its times: %s', async (name, text) => {
    await bench.media.file(name, text);
    const { file } = await bench.render(withFile(name));
    const video = await readVideo(file);
    const seen = video.frames.flatMap((_, frame) => (inkRows(video, frame).length > 0 ? [frame] : []));
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it.each([
    ['cp1252', 'Ça été créée', 'windows-1252'],
    ['gb18030', '欢迎收看今天的节目', 'GB18030'],
  ])('looks as in UTF-8 when it is in %s, with a warning that names the encoding', async (encoding, line, named) => {
    const text = `1\n00:00:00,000 --> 00:00:00,500\n${line}\n`;
    const program = `import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode('utf-8').encode('${encoding}'))`;
    await bench.media.file('legacy.srt', execFileSync('python3', ['-c', program], { input: text }));
    await bench.media.file('utf8.srt', text);
    const legacy = await bench.render(withFile('legacy.srt'));
    expect(legacy.warnings).toMatchObject([{ code: 'SUBTITLE_ENCODING_ASSUMED', field: FIELD, count: 1 }]);
    expect(legacy.warnings[0]?.message).toContain(named);
    const utf8 = await bench.render(withFile('utf8.srt'));
    expect(utf8.warnings).toEqual([]);
    expect((await readVideo(legacy.file)).frames[0]!.equals((await readVideo(utf8.file)).frames[0]!)).toBe(true);
  });

  it('is refused by the name of its format where that is unsupported', async () => {
    await bench.media.file('a.scc', 'Scenarist_SCC V1.0\n\n00:00:00:22\t9425 9425 94ad\n');
    const failure = await bench.failure(withFile('a.scc'));
    expect(failure).toMatchObject({ reason: 'SUBTITLES_NOT_READABLE', field: FIELD });
    expect(failure.message).toContain('SCC');
  });
});

describe('a caption too tall for the frame', () => {
  const text = Array.from({ length: 12 }, () => 'HHHH').join('\n');

  it.each([
    ['plain', {}],
    ['at a place of their own', { position: 0.5 }],
    ['on a drawn box', { boxColor: BLACK, boxShape: 'ROUNDED' as const, position: 'CENTER' as const }],
  ])('is drawn smaller with a warning, so that every line is visible: %s', async (_name, style) => {
    const tall = captionsOf([{ startUs: 0, endUs: 500_000, text }], { ...STYLE, ...style });
    const { file, warnings } = await bench.render(still(tall));
    expect(warnings).toMatchObject([{ code: 'CAPTIONS_SHRUNK', field: 'spec.montage.subtitles', count: 1 }]);
    const rows = inkRows(await readVideo(file), 3);
    expect(linesIn(rows)).toBe(12);
    expect(rows[0]).toBeGreaterThan(0);
    expect(rows.at(-1)).toBeLessThan(179);
  });

  it('leaves captions unchanged that fit', async () => {
    const fits = captionsOf([{ startUs: 0, endUs: 500_000, text: 'HHHH\nHHHH' }], STYLE);
    const { file, warnings } = await bench.render(still(fits));
    expect(warnings).toEqual([]);
    expect(linesIn(inkRows(await readVideo(file), 3))).toBe(2);
  });
});

describe('a subtitle file of 4 MiB', () => {
  it('is timed by a clock that notices a block', async () => {
    // Of the thread: the process also collects garbage and compiles, on threads beside it.
    const { longestMs } = await longestBlockOf(async () => {
      const since = startThreadTime();
      while (since().cpuMs < 100);
    });
    expect(longestMs).toBeGreaterThanOrEqual(100);
  });

  it.each([
    [
      'many cues',
      {},
      (i: number) => `${i}\n00:00:00,${String(i % 500).padStart(3, '0')} --> 00:00:01,000\nHello wörld ${i}\n\n`,
    ],
    [
      'many cues on drawn boxes',
      { boxColor: BLACK, boxShape: 'WIDE' as const },
      (i: number) => `${i}\n00:00:00,000 --> 00:00:01,000\n你好，世界 ${i}\n\n`,
    ],
  ])(
    'never blocks the process for a large part of its work (50 ms on a quiet machine): %s',
    async (_name, style, cue) => {
      let text = '';
      for (let i = 0; text.length < 4 * 1024 * 1024 - 200; i += 1) text += cue(i);
      await bench.media.file(
        'long.srt',
        text.slice(0, Buffer.byteLength(text) > 4 * 1024 * 1024 ? 3 * 1024 * 1024 : undefined),
      );
      // libass needs minutes to draw so many captions at once: what comes after the layout is not the matter here.
      const stop = new AbortController();
      const outcome = (error: unknown) => (stop.signal.aborted ? 'begun to draw' : error);
      const onProgress = ({ outTimeUs, framesDone }: { outTimeUs: number; framesDone: number }) => {
        if (outTimeUs > 0 || framesDone > 0) stop.abort();
      };
      const hooks = { signal: stop.signal, onProgress };
      const { result, longestMs, processMs } = await longestBlockOf(() =>
        bench.render(withFile('long.srt', style), hooks).then(() => 'drawn', outcome),
      );
      expect(['drawn', 'begun to draw']).toContain(result);
      expect(longestMs).toBeLessThan(processMs / 10);
    },
  );
});
