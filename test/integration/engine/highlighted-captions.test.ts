import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CaptionStyle, Cue, WordHighlight } from '../../../src/composition/captions.js';
import { readVideo } from '../../support/media-content.js';
import { captionsOf, montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const [WIDTH, HEIGHT, SIZE] = [480, 136, 32];
const rgb = (r: number, g: number, b: number) => ({ r, g, b, a: 255 });
const STYLE: CaptionStyle = {
  font: null,
  fontSize: SIZE,
  textColor: rgb(255, 255, 255),
  outlineColor: rgb(0, 0, 0),
  outlineWidth: 0,
  boxColor: null,
  boxShape: 'TEXT',
  bold: false,
  position: 'CENTER',
};
const GREEN = rgb(0, 255, 0);

let bench: RenderBench;
/** Three texts with a coloured word. */
let colored: readonly Picture[];
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.image('black.png', {
    size: `${WIDTH}x${HEIGHT}`,
    colors: ['000000', '000000', '000000', '000000'],
  });
  colored = await render(['HAMBURG office HHH', 'שלום עולם שלום', 'HHH HHH HHH'], {
    textColor: GREEN,
    boxColor: null,
    scale: 1,
  });
});
afterAll(() => bench.close());

type Picture = Uint8Array;
type Matches = (r: number, g: number, b: number) => boolean;
const isGreen: Matches = (r, g, b) => g > 120 && r < g / 2 && b < g / 2;
const isWhite: Matches = (r, g, b) => r > 160 && g > 160 && b > 160;
const isBlue: Matches = (r, g, b) => b > 60 && r < 40 && g < b / 2;

/** The columns that a colour is in; null: none. */
function columns(picture: Picture, matches: Matches): [number, number] | null {
  let [left, right] = [WIDTH, -1];
  for (let i = 0; i < WIDTH * HEIGHT; i += 1) {
    const [r = 0, g = 0, b = 0] = picture.subarray(3 * i, 3 * i + 3);
    if (!matches(r, g, b)) continue;
    left = Math.min(left, i % WIDTH);
    right = Math.max(right, i % WIDTH);
  }
  return right < 0 ? null : [left, right];
}

/** Three words of ten frames each. */
const cueOf = (text: string, i: number): Cue => ({
  text,
  startUs: i * 1_000_000,
  endUs: (i + 1) * 1_000_000,
  words: text.split(' ').map((word, k) => ({
    ink: word.length,
    startUs: Math.round((k * 1_000_000) / 3),
    endUs: Math.round(((k + 1) * 1_000_000) / 3),
  })),
});

async function render(texts: readonly string[], highlight: WordHighlight): Promise<readonly Picture[]> {
  const { file } = await bench.render(
    montageOf(0, {
      ...{ width: WIDTH, height: HEIGHT, longestClipUs: texts.length * 1_000_000 },
      materials: [{ uri: 'black.png', field: 'm' }],
      subtitles: captionsOf(texts.map(cueOf), { ...STYLE, highlight }),
    }),
  );
  return (await readVideo(file)).frames;
}

it('colours the spoken word from its first frame on, where it stands, from left to right or from right to left', () => {
  const frames = colored;
  const places = [5, 15, 25, 35, 45, 55].map((frame) => columns(frames[frame]!, isGreen)!);
  for (const [first, second] of [
    [0, 1],
    [1, 2],
    [4, 3],
    [5, 4],
  ] as const)
    expect(places[first]![1]).toBeLessThan(places[second]![0]);
  // The first word at the left end, then at the right end, of the whole.
  const whole = (frame: number) => columns(frames[frame]!, (r, g) => g > 100)!;
  expect([places[0]![0], places[3]![1]]).toEqual([whole(5)[0], whole(35)[1]]);
  for (const [before, after, at] of [
    [0, 1, 10],
    [1, 2, 20],
  ] as const) {
    expect(columns(frames[at - 1]!, isGreen)).toEqual(places[before]);
    expect(columns(frames[at]!, isGreen)).toEqual(places[after]);
  }
  // Only the word has another colour: what can be seen of all is where it was, but for the rim of a last letter.
  for (const [frame, other] of [
    [5, 15],
    [35, 55],
  ] as const) {
    const shapes = [frame, other].map((at) => columns(frames[at]!, (r, g) => g > 100)!);
    for (const side of [0, 1] as const) expect(Math.abs(shapes[0]![side] - shapes[1]![side])).toBeLessThanOrEqual(1);
  }
});

it('makes it larger around its middle and draws a box behind it, and moves no other word', async () => {
  const frames = await render(['HHH HHH HHH'], { textColor: GREEN, boxColor: rgb(0, 0, 255), scale: 1.4 });
  const usual = colored[75]!;
  const [word, small] = [columns(frames[15]!, isGreen)!, columns(usual, isGreen)!];
  expect(Math.abs((word[1] - word[0] + 1) / (small[1] - small[0] + 1) - 1.4)).toBeLessThan(0.06);
  expect(Math.abs(word[0] + word[1] - small[0] - small[1])).toBeLessThanOrEqual(2);
  const box = columns(frames[15]!, isBlue)!;
  for (const side of [word[0] - box[0], box[1] - word[1]]) {
    // Beside the word, and what its letters leave free at their sides.
    expect(side).toBeGreaterThanOrEqual(0.15 * SIZE);
    expect(side).toBeLessThan(0.4 * SIZE);
  }
  expect(columns(frames[15]!, isWhite)).toEqual(columns(usual, isWhite));
});
