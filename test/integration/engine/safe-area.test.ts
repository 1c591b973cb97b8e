import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptionStyle, Cue } from '../../../src/composition/captions.js';
import { readVideo } from '../../support/media-content.js';
import { captionsOf, montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const [WIDTH, HEIGHT] = [400, 240];
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
    if (Math.max(...picture.subarray(3 * i, 3 * i + 3)) < 60) continue;
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  return { left, right, top, bottom };
}

/** What is drawn of each text. */
async function render(texts: readonly string[], style: Partial<CaptionStyle>): Promise<Ink[]> {
  const cues = texts.map((text, i): Cue => ({ text, startUs: i * 200_000, endUs: (i + 1) * 200_000 }));
  const { file } = await bench.render(
    montageOf(0, {
      ...{ width: WIDTH, height: HEIGHT, longestClipUs: texts.length * 200_000 },
      materials: [{ uri: 'black.png', field: 'm' }],
      subtitles: captionsOf(cues, { ...STYLE, ...style }),
    }),
  );
  const { frames } = await readVideo(file);
  return texts.map((_, i) => inkOf(frames[i * 6 + 3]!));
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
    for (const { left, right, top, bottom } of await render(TEXTS, { ...style, safeArea: AREA })) {
      // A pixel for the rounding of the encoder's colours.
      expect(left).toBeGreaterThanOrEqual(LEFT - 1);
      expect(right).toBeLessThanOrEqual(RIGHT + 1);
      expect(top).toBeGreaterThanOrEqual(TOP - 1);
      expect(bottom).toBeLessThanOrEqual(BOTTOM + 1);
    }
  });

  it('has captions in its middle, and at its edges', async () => {
    const box = { boxColor: rgb(200, 0, 0) };
    for (const [position, edge] of [
      ['TOP', { top: TOP }],
      [0, { top: TOP }],
      ['BOTTOM', { bottom: BOTTOM }],
      [1, { bottom: BOTTOM }],
    ] as const) {
      const [ink] = await render(['HHH'], { ...box, position, safeArea: AREA });
      expect(Math.abs(ink!.left + ink!.right - LEFT - RIGHT)).toBeLessThanOrEqual(2);
      for (const [side, at] of Object.entries(edge))
        expect(Math.abs(ink![side as keyof Ink] - at)).toBeLessThanOrEqual(1);
    }
    const [middle] = await render(['HHH'], { ...box, position: 'CENTER', safeArea: AREA });
    expect(Math.abs(middle!.top + middle!.bottom - TOP - BOTTOM)).toBeLessThanOrEqual(2);
    const [wide] = await render(['HHH'], { ...box, boxShape: 'WIDE', safeArea: AREA });
    expect([wide!.left, wide!.right]).toEqual([LEFT, RIGHT]);
  });
});
