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

/** A white box with round corners in the middle of black. */
async function render(clip: object) {
  const spec = {
    timeline: {
      canvas: { width: WIDTH, height: HEIGHT, frameRate: '5', background: '#000000' },
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
