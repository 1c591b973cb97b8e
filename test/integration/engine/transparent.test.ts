import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonValue } from '@bufbuild/protobuf';
import { readJson } from '../../../src/wire/proto-json.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { renderSpecType } from '../../../src/wire/render-spec/spec-identity.js';
import { createRenderBench, type BenchResult, type RenderBench } from '../../support/render-bench.js';
import { decode, ffprobe } from '../../fixtures/run-ffmpeg.js';

const [WIDTH, HEIGHT] = [160, 120];

const half = (color: string, box: object, more: object = {}) => ({
  clips: [{ color: { color }, opacity: 0.5, toEnd: true, layout: { box }, ...more }],
});

/** Columns: opaque red, red below blue, blue, nothing. Rows: as they are, with a multiplied green, with an added green, with a caption. */
const SPEC = {
  timeline: {
    canvas: { width: WIDTH, height: HEIGHT, frameRate: '2', background: 'transparent' },
    duration: '14s',
    tracks: [
      half('#FF0000', { x: 0, y: 0, width: 50, height: 100 }, { opacity: 1 }),
      half('#0000FF', { x: 25, y: 0, width: 50, height: 100 }),
      half('#00C800', { x: 0, y: 25, width: 100, height: 25 }, { blend: 'BLEND_MODE_MULTIPLY' }),
      half('#00C800', { x: 0, y: 50, width: 100, height: 25 }, { blend: 'BLEND_MODE_ADD' }),
      {
        clips: [
          {
            toEnd: true,
            subtitles: {
              cues: { cues: [{ start: '0s', end: '14s', text: 'MMMMMMMMMMMM' }] },
              style: { fontSize: 130, textColor: '#FFFFFF', boxColor: '#B4321E80', outlineWidth: 0 },
            },
          },
        ],
      },
    ],
  },
  outputs: [
    { key: 'a.webm', webm: {}, quality: 'QUALITY_HIGH', thumbnails: { count: 1, format: 'FORMAT_PNG' } },
    { key: 'a.mov', mov: {}, thumbnails: { count: 1 } },
    { key: 'small.webm', webm: {}, shortSide: 64, range: { end: '1.5s' }, spriteSheet: {} },
  ],
};

const COLUMNS = [20, 60, 100, 140];
/** Of CSS compositing. */
const EXPECTED: Readonly<Record<number, readonly (readonly number[])[]>> = {
  15: [
    [255, 0, 0, 255],
    [127, 0, 128, 255],
    [0, 0, 255, 127],
    [0, 0, 0, 0],
  ],
  45: [
    [127, 0, 0, 255],
    [64, 0, 64, 255],
    [0, 67, 85, 191],
    [0, 200, 0, 127],
  ],
  75: [
    [255, 100, 0, 255],
    [127, 100, 128, 255],
    [0, 100, 128, 255],
    [0, 200, 0, 127],
  ],
};

type Pixels = (frame: number, x: number, y: number) => number[];

async function pixelsOf(file: string, decoder: readonly string[] = []): Promise<{ at: Pixels; frames: number }> {
  const filters = 'scale=in_color_matrix=bt709:flags=accurate_rnd+full_chroma_int,format=rgba';
  const raw = await decode([...decoder, '-i', file, '-vf', filters, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-']);
  const { streams } = (await ffprobe(['-select_streams', 'v', '-show_entries', 'stream=width,height', file])) as {
    streams: { width: number; height: number }[];
  };
  const { width, height } = streams[0]!;
  const at: Pixels = (frame, x, y) => [...raw.subarray(((frame * height + y) * width + x) * 4).subarray(0, 4)];
  return { at, frames: raw.length / width / height / 4 };
}

function expectPixel(is: readonly number[], wanted: readonly number[], what: string): void {
  const [r, g, b, alpha = 0] = wanted;
  expect(Math.abs(is[3]! - alpha), `${what}: alpha ${String(is)}`).toBeLessThanOrEqual(3);
  if (alpha === 0) return;
  [r, g, b].forEach((value, c) => {
    expect(Math.abs(is[c]! - value!), `${what}: ${String(is)} for ${String(wanted)}`).toBeLessThanOrEqual(8);
  });
}

function expectGrid(at: Pixels, frame: number): void {
  for (const [y, row] of Object.entries(EXPECTED))
    row.forEach((wanted, i) => {
      expectPixel(at(frame, COLUMNS[i]!, Number(y)), wanted, `frame ${frame}, row ${y}, column ${i}`);
    });
}

const near = (is: number | undefined, wanted: number) => Math.abs((is ?? -99) - wanted) <= 4;

let bench: RenderBench;
let result: BenchResult;
beforeAll(async () => {
  bench = await createRenderBench();
  const { form, outputs, violations } = parseSpec(
    readJson(renderSpecType, SPEC as JsonValue, { unknownFields: 'refuse' }),
  );
  expect(violations).toEqual([]);
  result = await bench.render(form!, {}, {}, { outputs });
}, 60_000);
afterAll(() => bench.close());

const VPX = ['-c:v', 'libvpx-vp9'];

describe('a transparent background', () => {
  it.each([
    ['WebM', 0, VPX],
    ['ProRes 4444', 1, []],
  ])('is kept by %s, in every section', async (_, index, decoder) => {
    const { at, frames } = await pixelsOf(await result.locate(result.outputs[index]!), decoder);
    expect(frames).toBe(28);
    for (const frame of [0, 13, 27]) expectGrid(at, frame);
  });

  it('has captions over it, with their own alpha', async () => {
    const { at } = await pixelsOf(await result.locate(result.outputs[1]!));
    const row = Array.from({ length: WIDTH }, (_, x) => Array.from({ length: 30 }, (__, y) => at(27, x, 90 + y)));
    const right = row.slice(125).flat();
    // The letters are white and, but for their thin edges, opaque; their box is half transparent; no pixel of both is darker than either.
    expect(right.some((is) => is.every((value) => value > 222))).toBe(true);
    const isBox = ([r, g, b, a]: readonly number[]) => near(r, 180) && near(g, 50) && near(b, 30) && near(a, 129);
    expect(right.filter(isBox).length).toBeGreaterThan(20);
    expect(right.filter(([r, , , a]) => a! > 24 && r! < 165)).toEqual([]);
  });

  it('is kept by a smaller file, without dark rims', async () => {
    const { at, frames } = await pixelsOf(await result.locate(result.outputs[2]!), VPX);
    expect(frames).toBe(3);
    expectPixel(at(0, 74, 8), [0, 0, 0, 0], 'nothing');
    expectPixel(at(0, 53, 8), [0, 0, 255, 127], 'blue');
  });

  it('is kept by a PNG, and black in JPEGs', async () => {
    const [webm, mov, small] = result.outputs;
    const png = await pixelsOf(await result.locate(webm!, 'a.webm.thumbnail-01.png'));
    expectGrid(png.at, 0);
    const sheet = await pixelsOf(await result.locate(small!, 'small.webm.sprite-001.jpg'));
    expectPixel(sheet.at(0, 100, 15), [0, 0, 127, 255], 'sprite sheet');
    for (const part of ['a.mov.poster.jpg', 'a.mov.thumbnail-01.jpg']) {
      const raw = await decode(['-i', await result.locate(mov!, part), '-vf', 'format=rgba', '-f', 'rawvideo', '-']);
      const at: Pixels = (_, x, y) => [...raw.subarray((y * WIDTH + x) * 4).subarray(0, 4)];
      expectPixel(at(0, 20, 15), [255, 0, 0, 255], part);
      expectPixel(at(0, 100, 15), [0, 0, 127, 255], part);
      expectPixel(at(0, 140, 15), [0, 0, 0, 255], part);
    }
  });
});
