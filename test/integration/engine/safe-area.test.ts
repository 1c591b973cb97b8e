import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptionStyle, Cue } from '../../../src/composition/captions.js';
import type { CaptionLayer, Layer } from '../../../src/composition/composition.js';
import { clipOf, formOfLayers } from '../../support/copy-bench.js';
import { readVideo } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const [WIDTH, HEIGHT] = [400, 240];
const RATE = { num: 30, den: 1 };
const rgb = (r: number, g: number, b: number) => ({ r, g, b, a: 255 });
const STYLE: CaptionStyle = {
  ...{ font: null, fontSize: 24, textColor: rgb(255, 255, 255), outlineColor: rgb(255, 255, 255), outlineWidth: 4 },
  ...{ boxColor: null, boxShape: 'TEXT', bold: false, position: 'BOTTOM' },
};
/** Another margin on each side. */
const AREA = { top: 0.1, right: 0.3, bottom: 0.25, left: 0.15 };
const [TOP, RIGHT, BOTTOM, LEFT] = [24, 280, 180, 60];

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.image('black.png', {
    size: `${WIDTH}x${HEIGHT}`,
    colors: ['000000', '000000', '000000', '000000'],
  });
});
afterAll(() => bench.close());

interface Ink {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The rectangle of what is drawn; `right` and `bottom` are the first beyond it. */
function inkOf(picture: Uint8Array): Ink {
  let [left, right, top, bottom] = [WIDTH, 0, HEIGHT, 0];
  for (let i = 0; i < WIDTH * HEIGHT; i += 1) {
    if (picture[3 * i]! < 60 && picture[3 * i + 1]! < 60 && picture[3 * i + 2]! < 60) continue;
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  return { left, right, top, bottom };
}

const FRAMES_EACH = 3;
interface Drawn {
  readonly texts: readonly string[];
  readonly style: Partial<CaptionStyle>;
}

const timeUs = (text: number) => Math.round((text * FRAMES_EACH * 1e6) / 30);

/** The ink of each text in its style, drawn one after another within the safe area. */
async function render(drawn: readonly Drawn[]): Promise<Ink[]> {
  const all = drawn.flatMap(({ texts }) => texts);
  const frames = all.length * FRAMES_EACH;
  const still = clipOf('black.png', 0, frames, { source: 'image' });
  let count = 0;
  const captions = drawn.map(({ texts, style }): CaptionLayer => {
    const cues = texts.map((text): Cue => ({ text, startUs: timeUs(count), endUs: timeUs((count += 1)) }));
    return { kind: 'captions', field: 'f', cues, style: { ...STYLE, ...style, safeArea: AREA } };
  });
  const layers: Layer[] = [{ kind: 'clips', clips: [still] }, ...captions];
  const { file } = await bench.render(formOfLayers(layers, frames, RATE, { width: WIDTH, height: HEIGHT }));
  const video = await readVideo(file);
  return all.map((_, i) => inkOf(video.frames[i * FRAMES_EACH + 1]!));
}

const TEXTS = [
  'Hg',
  'W'.repeat(60),
  'Ångström jumps quickly over every lazy dog by the big river bank, and then over all of them once more. Every one.',
  'Á\nÁ\ng\ng\ng\ng\ng\ng\ng\ng',
];

describe('the safe area of captions', () => {
  it.each([
    ['text with an outline', {}],
    ['text at the top', { position: 'TOP' }],
    ['text in the middle', { position: 'CENTER' }],
    ['text at a height of its own', { position: 1 }],
    ['a box around text', { boxColor: rgb(200, 0, 0) }],
    ['a wide box', { boxColor: rgb(200, 0, 0), boxShape: 'WIDE' }],
    ['a highlighted word', { highlight: { textColor: rgb(0, 255, 0), boxColor: null, scale: 1 } }],
  ] as const)('is not left by %s, however long', async (_, style) => {
    for (const { left, right, top, bottom } of await render([{ texts: TEXTS, style }])) {
      // A pixel for the rounding of the encoder's colours.
      expect(left).toBeGreaterThanOrEqual(LEFT - 1);
      expect(right).toBeLessThanOrEqual(RIGHT + 1);
      expect(top).toBeGreaterThanOrEqual(TOP - 1);
      expect(bottom).toBeLessThanOrEqual(BOTTOM + 1);
    }
  });

  it('has captions in its middle, and at its edges', async () => {
    const box = { boxColor: rgb(200, 0, 0) };
    const edges = [
      ['TOP', 'top', TOP],
      [0, 'top', TOP],
      ['BOTTOM', 'bottom', BOTTOM],
      [1, 'bottom', BOTTOM],
    ] as const;
    const inks = await render([
      ...edges.map(([position]) => ({ texts: ['HHH'], style: { ...box, position } })),
      { texts: ['HHH'], style: { ...box, position: 'CENTER' } },
      { texts: ['HHH'], style: { ...box, boxShape: 'WIDE' } },
    ]);
    for (const [i, [position, side, at]] of edges.entries()) {
      const ink = inks[i]!;
      expect(Math.abs(ink.left + ink.right - LEFT - RIGHT), `${position}`).toBeLessThanOrEqual(2);
      expect(Math.abs(ink[side] - at), `${position}`).toBeLessThanOrEqual(1);
    }
    const [middle, wide] = inks.slice(edges.length);
    expect(Math.abs(middle!.top + middle!.bottom - TOP - BOTTOM)).toBeLessThanOrEqual(2);
    expect([wide!.left, wide!.right]).toEqual([LEFT, RIGHT]);
  });
});
