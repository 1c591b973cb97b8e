import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDamageCounter } from '../../../src/engine/outputs/damage.js';
import { createRandom } from '../../../src/composition/random.js';
import { montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const FIELD = 'spec.montage.materials[0].uri';
let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  const source = ['-f', 'lavfi', '-i', 'mandelbrot=s=320x240:r=30', '-t', '4', '-pix_fmt', 'yuv420p'];
  await bench.media.make('good.mp4', [...source, '-c:v', 'libx264', '-g', '15']);
});
afterAll(() => bench.close());

/** The good video with some places of its media overwritten. */
async function damaged(name: string, places: number): Promise<void> {
  const bytes = Buffer.from(await readFile(bench.media.path('good.mp4')));
  const random = createRandom(7);
  const from = bytes.indexOf('mdat') + 8_000;
  for (let i = 0; i < places; i += 1) {
    const at = from + Math.floor(random() * (bytes.length - 20_000 - from));
    for (let k = 0; k < 24; k += 1) bytes[at + k] = Math.floor(random() * 256);
  }
  await bench.media.file(name, bytes);
}
const montage = (uri: string) =>
  montageOf(0, { width: 320, height: 240, longestClipUs: 4_000_000, materials: [{ uri, field: FIELD }] });

describe('a video', () => {
  it('is rendered without a warning when no frame is damaged', async () => {
    expect((await bench.render(montage('good.mp4'))).warnings).toEqual([]);
  });

  it('is rendered with a warning that counts a few damaged frames', async () => {
    await damaged('scratched.mp4', 1);
    const { warnings, output } = await bench.render(montage('scratched.mp4'));
    expect(output.frameCount).toBe(120);
    expect(warnings).toMatchObject([{ code: 'INPUT_DAMAGED', field: FIELD }]);
    expect(warnings[0]?.message).toContain(`${warnings[0]?.count ?? 0} of about 1`);
  });

  it('is refused with its field when many frames are damaged', async () => {
    await damaged('broken.mp4', 60);
    expect(await bench.failure(montage('broken.mp4'))).toMatchObject({ reason: 'INPUT_DAMAGED', field: FIELD });
  });
});

describe('createDamageCounter', () => {
  it.each([
    [
      '5.1',
      '[warning] file:inputs/1: corrupt decoded frame in stream 0\n[error] Error while decoding stream #1:0: Invalid data',
    ],
    [
      '9.0',
      '[vist#1:0/h264 @ 0x1] [dec:h264 @ 0x2] [warning] corrupt decoded frame\n' +
        '[vist#1:0/h264 @ 0x1] [dec:h264 @ 0x2] [error] Error submitting packet to decoder: Invalid data',
    ],
  ])('reads the reports of ffmpeg %s, cut anywhere', (_, text) => {
    const counter = createDamageCounter([{ file: 'inputs/0' }, { file: 'inputs/1' }]);
    for (const character of `${text}\n[h264 @ 0x3] [error] left block unavailable\n`)
      counter.push(Buffer.from(character));
    expect(counter.counts()).toEqual([0, 2]);
  });
});
