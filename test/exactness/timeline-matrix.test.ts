import { differenceCiede2000 } from 'culori';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_OUTPUTS } from '../../src/composition/output-spec.js';
import { readVideo, type VideoContent } from '../support/media-content.js';
import { createRenderBench, type RenderBench } from '../support/render-bench.js';
import { formOf } from '../support/timeline.js';
import { frameColor, IMAGES, QUARTERS, timelines, VIDEOS } from './cases.js';
import { framesIn, paint, type PaintedTimeline, type Rgb } from './painter.js';
import { specOf } from './to-spec.js';

/** `npm run test:exactness` has 300 of them, `npm test` the first few. */
const CASES = Number(process.env.CUTROOM_TEST_CASES ?? 12);
const SEED = Number(process.env.CUTROOM_TEST_SEED ?? 15);

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  for (const { uri, size, rateText, frames } of VIDEOS) await countingVideo(uri, size, rateText, frames);
  const hex = (color: Rgb) => color.map((value) => value.toString(16).padStart(2, '0')).join('');
  const [a, b, c, d] = QUARTERS;
  for (const { uri, size } of IMAGES)
    await bench.media.image(uri, { size: `${size.width}x${size.height}`, colors: [hex(a), hex(b), hex(c), hex(d)] });
});
afterAll(() => bench.close());

/** Each frame has the one colour of `frameColor`, coded without loss but for the coding of colours itself. */
async function countingVideo(
  uri: string,
  { width, height }: { width: number; height: number },
  rate: string,
  frames: number,
) {
  const term = (channel: 0 | 1 | 2) => {
    const values = Array.from({ length: frames }, (_, i) => frameColor(i)[channel]);
    // A tree of halves: ffmpeg's parser gives up at a depth of 100.
    const tree = (from: number, to: number): string =>
      to - from === 1
        ? String(values[from])
        : `if(lt(N,${Math.floor((from + to) / 2)}),${tree(from, Math.floor((from + to) / 2))},${tree(Math.floor((from + to) / 2), to)})`;
    return tree(0, frames);
  };
  const source = `color=black:s=2x2:r=${rate}:d=${frames},format=gbrp,geq=r='${term(0)}':g='${term(1)}':b='${term(2)}',scale=${width}:${height}:flags=neighbor:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p`;
  await bench.media.make(uri, [
    ...['-f', 'lavfi', '-i', source, '-frames:v', String(frames)],
    ...['-c:v', 'libx264', '-qp', '0', '-preset', 'ultrafast', '-colorspace', 'bt709', '-color_range', 'tv'],
    ...['-color_primaries', 'bt709', '-color_trc', 'bt709'],
  ]);
}

/** To the nearest value: otherwise colours come out up to three steps darker. */
const EXACT = 'bicubic+accurate_rnd+full_chroma_int+full_chroma_inp';

/** So that what is compared is the compositor and not the encoder. */
const LOSSLESS = DEFAULT_OUTPUTS.map((output) => ({ ...output, quality: 'LOSSLESS' as const }));

const difference = differenceCiede2000();
const toColor = ([r, g, b]: Rgb) => ({ mode: 'rgb' as const, r: r / 255, g: g / 255, b: b / 255 });

/** How far from a place a change of colour must be for that place to be compared: colours have half the resolution, and filters reach some pixels. */
const CLEAR = 5;

/** Places of a frame at which the painter has one colour around, spread over all of it. */
function* clearPlaces(timeline: PaintedTimeline, frame: number): Generator<{ x: number; y: number; wanted: Rgb }> {
  for (let row = 0.5; row < 6; row += 1) {
    for (let column = 0.5; column < 8; column += 1) {
      const [x, y] = [Math.floor((timeline.width * column) / 8), Math.floor((timeline.height * row) / 6)];
      const at = (dx: number, dy: number) => paint(timeline, frame, x + 0.5 + dx, y + 0.5 + dy);
      const wanted = at(0, 0);
      const around = [-CLEAR, 0, CLEAR].flatMap((dx) => [-CLEAR, 0, CLEAR].map((dy) => at(dx, dy)));
      if (around.every((color) => color.every((value, c) => Math.abs(value - wanted[c]!) < 8))) yield { x, y, wanted };
    }
  }
}

interface Comparison {
  readonly places: number;
  readonly wrong: readonly string[];
}

function compare(timeline: PaintedTimeline, video: VideoContent): Comparison {
  const wrong: string[] = [];
  let places = 0;
  video.frames.forEach((picture, frame) => {
    for (const { x, y, wanted } of clearPlaces(timeline, frame)) {
      places += 1;
      const at = (y * video.width + x) * 3;
      const is = [picture[at]!, picture[at + 1]!, picture[at + 2]!] as const;
      const distance = difference(toColor(is), toColor(wanted));
      if (distance > 2)
        wrong.push(
          `frame ${frame} at ${x}, ${y}: ${is.join(' ')}, not ${wanted.map(Math.round).join(' ')} (${distance.toFixed(1)})`,
        );
    }
  });
  return { places, wrong };
}

describe('a timeline', () => {
  const cases = fc.sample(timelines, { numRuns: CASES, seed: SEED });
  it.each(cases.map((timeline, i) => [i, timeline] as const))(
    'of case %i is what the second renderer paints',
    async (_, timeline) => {
      const spec = specOf(timeline, timeline.rate);
      const { file, output } = await bench.render(formOf(spec.timeline), {}, {}, { outputs: LOSSLESS });
      expect(output.frameCount, JSON.stringify(spec)).toBe(framesIn(timeline));
      const video = await readVideo(file, EXACT);
      expect(video.frames).toHaveLength(framesIn(timeline));
      const { places, wrong } = compare(timeline, video);
      expect(places).toBeGreaterThan(video.frames.length);
      // Some places lie on an edge that the painter puts elsewhere by a part of a pixel.
      expect(
        wrong.length / places,
        `${wrong.length} of ${places}:\n${wrong.slice(0, 12).join('\n')}\n${JSON.stringify(spec)}`,
      ).toBeLessThan(0.002);
    },
  );
});
