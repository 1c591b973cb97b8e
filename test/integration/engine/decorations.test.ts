import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonValue } from '@bufbuild/protobuf';
import { readJson } from '../../../src/wire/proto-json.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { renderSpecType } from '../../../src/wire/render-spec/spec-identity.js';
import { readVideo } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const [WIDTH, HEIGHT] = [160, 120];
/** In pixels of a frame whose short side is 1080. */
const PIXEL = 1080 / HEIGHT;
const RADIUS = 20;

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
});
afterAll(() => bench.close());

/** A box with round corners in the middle of black, white unless said otherwise. */
async function render(clip: object, background = '#000000') {
  const spec = {
    timeline: {
      canvas: { width: WIDTH, height: HEIGHT, frameRate: '5', background },
      tracks: [
        {
          clips: [
            {
              ...{ color: { color: '#FFFFFF' }, duration: '0.4s', cornerRadius: RADIUS * PIXEL },
              ...{ layout: { anchor: 'ANCHOR_CENTER', box: { x: 50, y: 50, width: 60, height: 60 } }, ...clip },
            },
          ],
        },
      ],
    },
    outputs: [{ key: 'a.mp4', mp4: {}, quality: 'QUALITY_LOSSLESS' }],
  };
  const read = readJson(renderSpecType, spec as unknown as JsonValue, { unknownFields: 'refuse' });
  const { form, outputs, violations } = parseSpec(read);
  expect(violations).toEqual([]);
  const made = await bench.render(form!, {}, {}, { outputs });
  return readVideo(await made.locate(made.outputs[0]!));
}

/** How far the middle of a pixel lies outside of the box, or, below 0, inside. */
function beyond(x: number, y: number): number {
  const [right, down] = [Math.abs(x + 0.5 - WIDTH / 2), Math.abs(y + 0.5 - HEIGHT / 2)];
  const [pastX, pastY] = [right - (0.3 * WIDTH - RADIUS), down - (0.3 * HEIGHT - RADIUS)];
  return (pastX > 0 && pastY > 0 ? Math.hypot(pastX, pastY) : Math.max(pastX, pastY)) - RADIUS;
}

/** Of a pixel that an edge goes through, half the diagonal. */
const SOFT = 0.75;

function valuesWhere(frame: Buffer, isMeant: (beyond: number) => boolean): number[] {
  const places = Array.from({ length: WIDTH * HEIGHT }, (_, i) => i);
  return places.filter((i) => isMeant(beyond(i % WIDTH, Math.floor(i / WIDTH)))).map((i) => frame[3 * i]!);
}

describe.each([1, 2, 6])('a box with round corners and a border of %i pixels', (width) => {
  it('shows nothing between the two', async () => {
    const { frames } = await render({ border: { width: width * PIXEL, color: '#FFFFFF' } });
    const within = valuesWhere(frames[0]!, (distance) => distance < width - SOFT);
    expect(within.length).toBeGreaterThan(0.3 * WIDTH * HEIGHT);
    expect(Math.min(...within)).toBeGreaterThan(230);
  });

  it('is not seen beside its border', async () => {
    const { frames } = await render({ border: { width: width * PIXEL, color: '#000000' } });
    expect(Math.max(...valuesWhere(frames[0]!, (distance) => distance > Math.min(width, SOFT)))).toBeLessThan(30);
  });
});

it.each([0, 30])('nothing shows between a box that is turned by %i degrees and its shadow', async (rotation) => {
  const away = 8;
  const shadow = { x: away * PIXEL, y: away * PIXEL, blur: 0, color: '#000000' };
  const { frames } = await render({ color: { color: '#000000' }, shadow, rotation }, '#FFFFFF');
  const [sine, cosine] = [Math.sin((rotation * Math.PI) / 180), Math.cos((rotation * Math.PI) / 180)];
  const values = Array.from({ length: WIDTH * HEIGHT }, (_, i) => i).filter((i) => {
    const [dx, dy] = [(i % WIDTH) + 0.5 - WIDTH / 2, Math.floor(i / WIDTH) + 0.5 - HEIGHT / 2];
    // Turned back; the shadow turns with the box.
    const [x, y] = [WIDTH / 2 - 0.5 + cosine * dx + sine * dy, HEIGHT / 2 - 0.5 + cosine * dy - sine * dx];
    return Math.min(beyond(x, y), beyond(x - away, y - away)) < -2 * SOFT;
  });
  expect(values.length).toBeGreaterThan(0.3 * WIDTH * HEIGHT);
  expect(Math.max(...values.map((i) => frames[0]![3 * i]!))).toBeLessThan(10);
});
