import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cue, CaptionStyle } from '../../../src/composition/captions.js';
import type { Layer } from '../../../src/composition/composition.js';
import { clipOf, formOfLayers } from '../../support/copy-bench.js';
import { readVideo, type VideoContent } from '../../support/media-content.js';
import { captionsOf, montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const [WIDTH, HEIGHT, FONT_SIZE] = [480, 270, 32];
const rgb = (r: number, g: number, b: number) => ({ r, g, b, a: 255 });
const STYLE: CaptionStyle = {
  font: null,
  fontSize: FONT_SIZE,
  textColor: rgb(255, 255, 255),
  outlineColor: rgb(0, 0, 0),
  outlineWidth: 0,
  boxColor: rgb(0, 0, 0),
  boxShape: 'ROUNDED',
  bold: false,
  position: 'BOTTOM',
};

/** The compiler names a shape that is missing here. */
const SHAPES: { readonly [Shape in CaptionStyle['boxShape']]: true } = { TEXT: true, WIDE: true, ROUNDED: true };

let bench: RenderBench;
beforeAll(async () => {
  const index = createRequire(import.meta.url).resolve('@embedpdf/fonts-latin');
  const own = path.join(path.dirname(index), '..', 'fonts', 'NotoSans-BlackItalic.ttf');
  bench = await createRenderBench({
    fontFolder: async (folder) => {
      await mkdir(folder);
      await copyFile(own, path.join(folder, 'Own.ttf'));
    },
  });
  await bench.media.image('grey.png', { size: `${WIDTH}x${HEIGHT}`, colors: ['808080', '808080', '808080', '808080'] });
});
afterAll(() => bench.close());

async function render(cues: readonly Cue[], style: Partial<CaptionStyle> = {}): Promise<VideoContent> {
  const longestClipUs = Math.max(...cues.map(({ endUs }) => endUs));
  const { file, warnings } = await bench.render(
    montageOf(0, {
      width: WIDTH,
      height: HEIGHT,
      longestClipUs,
      materials: [{ uri: 'grey.png', field: 'm' }],
      subtitles: captionsOf(cues, { ...STYLE, ...style }),
    }),
  );
  expect(warnings).toEqual([]);
  return readVideo(file);
}

interface Extent {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where a frame has pixels whose brightness is right; edges are where most of their neighbours are, too. */
function extent(video: VideoContent, frame: number, matches: (brightness: number) => boolean): Extent {
  const picture = video.frames.at(frame)!;
  const box = { left: WIDTH, right: 0, top: HEIGHT, bottom: 0 };
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      if (!matches(picture[(y * WIDTH + x) * 3 + 1]!)) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y + 1);
    }
  }
  return box;
}

const boxIn = (video: VideoContent, frame: number) => extent(video, frame, (brightness) => brightness < 0x40);
const inkIn = (video: VideoContent, frame: number) => extent(video, frame, (brightness) => brightness > 0xb0);

function brightnessAt(video: VideoContent, frame: number, x: number, y: number): number {
  return video.frames.at(frame)![(Math.round(y) * WIDTH + Math.round(x)) * 3 + 1]!;
}

const cue = (text: string, index = 0, frames = 6): Cue => ({
  text,
  startUs: index * 200_000,
  endUs: index * 200_000 + (frames * 1_000_000) / 30,
});

const TEXTS = [
  'HAMBURG',
  'AVAVATATA',
  'office fflfi',
  'Spring comes early and the river is high again',
  '你好，世界',
  '这是一个很长的句子，没有任何空格，必须在画面之内换行，否则观众就看不到它了',
  'こんにちは',
  '안녕하세요',
  'مرحبا بالعالم',
  'שלום עולם',
  'H 你 안 مرحبا H',
  'one\ntwo lines\nthree',
  `H${'W'.repeat(60)}H`,
];

describe('a box behind captions', () => {
  it.each([
    ['regular', {}],
    ['bold', { bold: true }],
    ["the operator's font", { font: { name: 'Own.ttf', field: 'f' } }],
  ] as const)('is as wide as the text and as high as its lines, in %s', async (_, style) => {
    const video = await render(
      TEXTS.map((text, i) => cue(text, i)),
      style,
    );
    for (const [i, text] of TEXTS.entries()) {
      const [box, ink] = [boxIn(video, i * 6 + 3), inkIn(video, i * 6 + 3)];
      const sides = [ink.left - box.left, box.right - ink.right];
      // The padding of 0.4, give or take what letters leave free beside them, or reach into when they lean.
      for (const side of sides) expect(side / FONT_SIZE, `${text}: ${sides.join(', ')}`).toBeGreaterThan(0.2);
      for (const side of sides) expect(side / FONT_SIZE, `${text}: ${sides.join(', ')}`).toBeLessThan(0.6);
      expect(Math.abs((box.left + box.right) / 2 - WIDTH / 2), text).toBeLessThanOrEqual(1);
      expect(ink.top, text).toBeGreaterThan(box.top);
      expect(ink.bottom, text).toBeLessThan(box.bottom);
      const rows = (box.bottom - box.top) / FONT_SIZE - 0.3;
      expect(Math.abs(rows - Math.round(rows)), text).toBeLessThan(0.07);
      expect(box.bottom, text).toBe(Math.round(HEIGHT * 0.95));
    }
  });

  it('is as wide as most of the frame with square corners, in the wide shape', async () => {
    const video = await render([cue('Hi'), cue('Spring comes early and the river is high again and again', 1)], {
      boxShape: 'WIDE',
    });
    for (const [frame, rows] of [
      [3, 1],
      [9, 2],
    ] as const) {
      const box = boxIn(video, frame);
      expect([box.left, box.right]).toEqual([Math.round(WIDTH * 0.05), Math.round(WIDTH * 0.95)]);
      expect(box.bottom - box.top).toBe(Math.round((rows + 0.3) * FONT_SIZE));
      for (const x of [box.left + 1, box.right - 2])
        for (const y of [box.top + 1, box.bottom - 2]) expect(brightnessAt(video, frame, x, y)).toBeLessThan(0x30);
    }
  });

  it('is drawn differently for every shape', async () => {
    const shapes = Object.keys(SHAPES) as CaptionStyle['boxShape'][];
    const frames = await Promise.all(
      shapes.map(async (boxShape) => (await render([cue('shape')], { boxShape })).frames.at(3)!),
    );
    const drawings = new Set(frames.map((frame) => Buffer.from(frame).toString('base64')));
    expect(drawings.size).toBe(shapes.length);
  });

  it('has round corners, in the rounded shape', async () => {
    const video = await render([cue('round')]);
    const box = boxIn(video, 3);
    for (const x of [box.left + 1, box.right - 2])
      for (const y of [box.top + 1, box.bottom - 2]) expect(brightnessAt(video, 3, x, y)).toBeGreaterThan(0x60);
    const inset = 0.4 * FONT_SIZE * 0.45;
    for (const x of [box.left + inset, box.right - 1 - inset])
      for (const y of [box.top + inset, box.bottom - 1 - inset])
        expect(brightnessAt(video, 3, x, y)).toBeLessThan(0x30);
  });

  it('is at the position of the style', async () => {
    const positions = [
      ['TOP', 0.05 * HEIGHT],
      ['CENTER', null],
      [0, 0],
      [1, null],
      [0.3, null],
    ] as const;
    const layers = positions.map(([position], i): Layer => {
      return { kind: 'captions', field: 'f', cues: [cue('one', i)], style: { ...STYLE, position } };
    });
    const frames = positions.length * 6;
    const still = clipOf('grey.png', 0, frames, { source: 'image' });
    const size = { width: WIDTH, height: HEIGHT };
    const form = formOfLayers([{ kind: 'clips', clips: [still] }, ...layers], frames, { num: 30, den: 1 }, size);
    const video = await readVideo((await bench.render(form)).file);
    const free = HEIGHT - 1.3 * FONT_SIZE;
    for (const [i, [position, top]] of positions.entries()) {
      const expected = top ?? free * (position === 'CENTER' ? 0.5 : position);
      expect(Math.abs(boxIn(video, i * 6 + 3).top - expected), `${position}`).toBeLessThanOrEqual(1);
    }
  });

  it.each([
    ['BOTTOM', -1],
    ['TOP', 1],
  ] as const)('moves for a caption at the same time: %s', async (position, direction) => {
    // The first for all the time, the second and third for half of it each: the third takes the place that the second left.
    const cues = [cue('first', 0, 12), cue('second', 0, 6), cue('third', 1, 6), cue('first', 2, 6)];
    const video = await render(cues, { position });
    const alone = boxIn(video, 15);
    for (const frame of [3, 9]) {
      const both = boxIn(video, frame);
      expect(both.bottom - both.top).toBe(2 * (alone.bottom - alone.top));
      expect(direction < 0 ? both.bottom : both.top).toBe(direction < 0 ? alone.bottom : alone.top);
    }
  });

  it('has the outline of the text, and shows the video behind it by its transparency', async () => {
    const outlined = await render([cue('HH')], { boxColor: { r: 128, g: 128, b: 128, a: 255 }, outlineWidth: 3 });
    expect(boxIn(outlined, 3).right - boxIn(outlined, 3).left).toBeGreaterThan(FONT_SIZE / 2);
    const half = await render([cue('H')], { boxShape: 'WIDE', boxColor: { r: 0, g: 0, b: 0, a: 128 } });
    expect(Math.abs(brightnessAt(half, 3, WIDTH * 0.1, HEIGHT * 0.95 - FONT_SIZE / 2) - 0x40)).toBeLessThan(6);
  });
});
