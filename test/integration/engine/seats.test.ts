import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_OUTPUTS, type OutputSpec } from '../../../src/composition/output-spec.js';
import type { Cost } from '../../../src/engine/steps/cost.js';
import { createSeats, type Seats } from '../../../src/engine/steps/seats.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';
import { clipOf, formOfLayers } from '../../support/copy-bench.js';

const ROOM: Cost = { cores: 2, bytes: 4 * 1024 ** 3 };
const real = createSeats(ROOM);
const taken: Cost[] = [];
let [held, most] = [0, 0];

/** The real ones, which note what is taken of them. */
const noting: Seats = {
  most: real.most,
  async take(owner, cost, signal) {
    const leave = await real.take(owner, cost, signal);
    taken.push(cost);
    held += Math.min(cost.cores, ROOM.cores);
    most = Math.max(most, held);
    return () => {
      held -= Math.min(cost.cores, ROOM.cores);
      leave();
    };
  },
};

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench({ seats: noting });
  await bench.media.video('a.mp4', { size: '192x108', colors: ['C81E1E', '1EA01E'], secondsEach: 8 });
});
afterAll(() => bench.close());

const spec = (changes: Partial<OutputSpec>): OutputSpec => ({ ...DEFAULT_OUTPUTS[0]!, isNumbered: false, ...changes });

it('takes room for every command that encodes, by the number and the size of its outputs', async () => {
  const outputs = [
    spec({ key: 'a.mp4' }),
    spec({ key: 'b.mp4', quality: 'LOW' }),
    spec({ key: 'c.gif', format: { kind: 'gif', playOnce: false }, shortSide: 64 }),
  ];
  const form = formOfLayers([{ kind: 'clips', clips: [clipOf('a.mp4', 0, 450)] }], 450, { num: 30, den: 1 });
  await bench.render(form, {}, {}, { outputs });
  // Two sections of three encoders, two joins that move bytes, one join that makes the GIF, and the sound.
  const cores = taken.map((cost) => Math.round(cost.cores * 100) / 100).sort();
  const share = Math.round((2 + (64 * 114) / (192 * 108)) * 100) / 100;
  expect(cores).toEqual([0.25, 0.25, 1, 1, share, share]);
  expect(most).toBeLessThanOrEqual(ROOM.cores);
  expect(held).toBe(0);
});
