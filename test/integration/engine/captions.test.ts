import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cue, CaptionStyle } from '../../../src/composition/captions.js';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { colorDistance, readVideo, type VideoContent } from '../../support/media-content.js';
import { captionsOf, montageOf } from '../../support/montage.js';
import { createRenderBench, type BenchResult, type RenderBench } from '../../support/render-bench.js';

const rgb = (r: number, g: number, b: number) => ({ r, g, b, a: 255 });
const STYLE: CaptionStyle = {
  fontSize: 32,
  textColor: rgb(255, 255, 255),
  outlineColor: rgb(0, 0, 0),
  outlineWidth: 0,
  boxColor: null,
  boxShape: 'TEXT' as const,
  font: null,
  bold: false,
  position: 'CENTER',
};

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.image('grey.png', { size: '320x180', colors: ['404040', '404040', '404040', '404040'] });
});
afterAll(() => bench.close());

function cue(text: string, startUs = 0, endUs = 200_000): Cue {
  return { text, startUs, endUs };
}

function render(
  cues: readonly Cue[],
  style: Partial<CaptionStyle> = {},
  changes: Partial<Montage> = {},
): Promise<BenchResult> {
  return bench.render(
    montageOf(0, {
      width: 320,
      height: 180,
      longestClipUs: 200_000,
      materials: [{ uri: 'grey.png', field: 'spec.montage.materials[0].uri' }],
      subtitles: captionsOf(cues, { ...STYLE, ...style }),
      ...changes,
    }),
  );
}

/** Bounding box and area of what is much brighter than the grey, in one frame. */
function inkIn(
  video: VideoContent,
  frame: number,
): { area: number; left: number; right: number; top: number; bottom: number; bits: string } {
  const picture = video.frames.at(frame)!;
  const box = { area: 0, left: video.width, right: 0, top: video.height, bottom: 0, bits: '' };
  for (let y = 0; y < video.height; y += 1) {
    for (let x = 0; x < video.width; x += 1) {
      const bright = picture[(y * video.width + x) * 3 + 1]! > 0x90;
      box.bits += bright ? '1' : '0';
      if (!bright) continue;
      box.area += 1;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y);
    }
  }
  return box;
}

describe('the renderer of captions', () => {
  describe('with a cue in each script', () => {
    const SCRIPTS = [
      ['Latin', 'Hello, wörld'],
      ['Greek', 'Καλημέρα'],
      ['Cyrillic', 'Привет'],
      ['Chinese', '你好，世界'],
      ['Japanese', 'こんにちは'],
      ['Korean', '안녕하세요'],
      ['Arabic', 'مرحبا بالعالم'],
      ['Hebrew', 'שלום עולם'],
      ['Thai', 'สวัสดีชาวโลก น้ำ'],
      ['Devanagari', 'नमस्ते दुनिया'],
      ['Bengali', 'বাংলা শ্রদ্ধা'],
      ['Khmer', 'សួស្តីពិភពលោក'],
      ['emoji', '😀 👍🏽 ❤️ 👩‍💻 🇹🇭 1️⃣'],
    ] as const;
    const renderAll = (textOf: (text: string) => string, style: Partial<CaptionStyle> = {}) => {
      const cues = SCRIPTS.map(([, text], i) => cue(textOf(text), 200_000 * i, 200_000 * (i + 1)));
      return render(cues, style, { longestClipUs: 200_000 * SCRIPTS.length });
    };
    let real: VideoContent;
    let tofu: VideoContent;

    it('has glyphs for all, and names a character that no font has', async () => {
      // Tamil is a script that none of the fonts has: this many boxes.
      const boxes = await renderAll((text) => 'க'.repeat(text.length));
      expect(boxes.warnings).toMatchObject([
        { code: 'CAPTION_GLYPHS_MISSING', field: 'spec.montage.subtitles', count: 1 },
      ]);
      const drawn = await renderAll((text) => text);
      expect(drawn.warnings).toEqual([]);
      const boxed = await renderAll((text) => text, { boxColor: rgb(0, 0, 0), boxShape: 'ROUNDED' });
      expect(boxed.warnings).toEqual([]);
      [real, tofu] = [await readVideo(drawn.file), await readVideo(boxes.file)];
    });

    it.each(SCRIPTS.map(([script], i) => [script, 6 * i + 2] as const))('draws %s', (_script, frame) => {
      const [ink, boxes] = [inkIn(real, frame), inkIn(tofu, frame)];
      expect(ink.area).toBeGreaterThan(150);
      expect(ink.bits).not.toBe(boxes.bits);
    });
  });

  it('shows a cue on exactly its frames', async () => {
    const cues = [cue('■■■', 100_000, 300_000), cue('■■■', 433_000, 500_000)];
    const { file } = await render(cues, {}, { longestClipUs: 1_000_000 });
    const video = await readVideo(file);
    const seen = video.frames.flatMap((_, frame) => (inkIn(video, frame).area > 50 ? [frame] : []));
    expect(seen).toEqual([3, 4, 5, 6, 7, 8, 13, 14]);
  });

  it('shows override codes as text, and never executes them', async () => {
    const plain = inkIn(await readVideo((await render([cue('ab')])).file), 2);
    const tricks = [
      '{\\alpha&HFF&}ab',
      '{\\pos(1,1)}ab',
      '{\\fs200}ab',
      '{\\fnNone}ab',
      'a\\Nb',
      'a\\hb',
      '{ab',
      'ab}',
      '{}ab',
      '\\{ab',
      '{\\p1}m 0 0 l 100 0 100 100{\\p0}ab',
    ];
    const video = await readVideo(
      (
        await render(
          tricks.map((text, i) => cue(text, i * 200_000, (i + 1) * 200_000)),
          { fontSize: 24 },
          { longestClipUs: tricks.length * 200_000 },
        )
      ).file,
    );
    for (const [i, text] of tricks.entries()) {
      const ink = inkIn(video, i * 6 + 3);
      // Wider than the two letters, in the middle, on as many lines as it has.
      expect(ink.right - ink.left, text).toBeGreaterThan((plain.right - plain.left) * 0.7);
      expect(Math.abs((ink.left + ink.right) / 2 - 160), text).toBeLessThan(8);
      expect(ink.bottom - ink.top, text).toBeLessThan(text.length > 20 ? 80 : 30);
    }
  });

  it('keeps line breaks and wraps CJK within the frame', async () => {
    const long = '这是一个很长的句子，没有任何空格，必须在画面之内换行，否则观众就看不到它的开头和结尾了。';
    const ink = inkIn(await readVideo((await render([cue(long)], { fontSize: 24 })).file), 2);
    expect(ink.left).toBeGreaterThan(320 * 0.03);
    expect(ink.right).toBeLessThan(320 * 0.97);
    expect(ink.bottom - ink.top).toBeGreaterThan(60);
    const lines = inkIn(await readVideo((await render([cue('one\ntwo\nthree')], { fontSize: 24 })).file), 2);
    expect(lines.bottom - lines.top).toBeGreaterThan(55);
  });

  it.each([
    ['BOTTOM', 0.95],
    ['CENTER', 0.5],
    ['TOP', 0.05],
  ] as const)('places text at the %s', async (position, share) => {
    const ink = inkIn(await readVideo((await render([cue('■■■')], { position })).file), 2);
    const middle = (ink.top + ink.bottom) / 2;
    expect(Math.abs(middle / 180 - share)).toBeLessThan(0.15);
    if (position === 'BOTTOM') expect(ink.bottom).toBeLessThanOrEqual(Math.ceil(180 * 0.95));
    if (position === 'TOP') expect(ink.top).toBeGreaterThanOrEqual(Math.floor(180 * 0.05));
  });

  it('draws text and box in their colours, in BT.709', async () => {
    const video = await readVideo(
      (
        await render(
          [cue('■')],
          { fontSize: 150, textColor: rgb(200, 30, 30), boxColor: rgb(30, 60, 200) },
          { background: rgb(0, 0, 0) },
        )
      ).file,
    );
    expect(colorDistance(video.colorAt(2, 0.5, 0.55, 2), 'C81E1E')).toBeLessThan(10);
    const box = video.colorAt(2, 0.5, 0.15, 2);
    expect(colorDistance(box, '1E3CC8')).toBeLessThan(10);
  });

  it('draws bold text bolder, and an outline around it', async () => {
    const area = async (style: Partial<CaptionStyle>) =>
      inkIn(await readVideo((await render([cue('Hill 中文')], style)).file), 2).area;
    const regular = await area({});
    expect(await area({ bold: true })).toBeGreaterThan(regular * 1.15);
    expect(await area({ outlineWidth: 3, outlineColor: rgb(255, 255, 255) })).toBeGreaterThan(regular * 1.5);
  });

  it.each([
    [
      'SRT',
      Buffer.from('\uFEFF1\r\n00:00:00,000 --> 00:00:00,300\r\n■■\r\n\r\n2\r\n00:00:00,200 --> 00:00:00,500\r\n■■'),
      [],
    ],
    [
      'SRT in UTF-16',
      Buffer.from(
        '\uFEFF1\r\n00:00:00,000 --> 00:00:00,300\r\n■■\r\n\r\n2\r\n00:00:00,200 --> 00:00:00,500\r\n■■',
        'utf16le',
      ),
      [],
    ],
    [
      'WebVTT',
      Buffer.from(
        'WEBVTT\n\nNOTE x\n\na\n00:00.000 --> 00:00.300 line:0\n<v Ann>■■</v>\n\nb\n00:00.200 --> 00:00.500\n<i>■■</i>',
      ),
      [],
    ],
    [
      'ASS',
      Buffer.from(
        '[Script Info]\nPlayResY: 10\n[Events]\nFormat: Start, End, Text\nDialogue: 0:00:00.20,0:00:00.50,{\\fs90}■■\nDialogue: 0:00:00.00,0:00:00.30,{\\pos(1,1)}■■\nDialogue: 0:00:00.00,0:00:00.60,{\\p1}m 0 0 l 99 0 99 99',
      ),
      ['SUBTITLE_STYLING_IGNORED'],
    ],
  ])('reads %s, with overlaps and no final newline', async (_, content, codes) => {
    await bench.media.file('cues.srt', content);
    const { file, warnings } = await render(
      [],
      {},
      {
        longestClipUs: 600_000,
        subtitles: {
          field: 'spec.montage.subtitles',
          source: { kind: 'file', asset: { uri: 'cues.srt', field: 'spec.montage.subtitles.uri' } },
          style: STYLE,
        },
      },
    );
    expect(warnings.map(({ code }) => code)).toEqual(codes);
    const video = await readVideo(file);
    const [one, both, other, none] = [3, 7, 12, 16].map((frame) => inkIn(video, frame).area);
    expect(one).toBeGreaterThan(100);
    expect(both).toBeGreaterThan(one! * 1.8);
    expect(Math.abs(other! - one!)).toBeLessThan(one! * 0.05);
    expect(none).toBe(0);
  });
});
