import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_OUTPUTS, type OutputSpec } from '../../../src/composition/output-spec.js';
import { readSound } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';
import { formOf, track } from '../../support/timeline.js';

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
});
afterAll(() => bench.close());

it('a silent video in sections may be several files in WebM', async () => {
  const webm = (key: string, shortSide: number): OutputSpec => {
    return { ...DEFAULT_OUTPUTS[0]!, isNumbered: false, key, format: { kind: 'webm' }, shortSide, quality: 'DRAFT' };
  };
  const canvas = { width: 160, height: 90, frameRate: '10' };
  const { outputs, locate } = await bench.render(
    formOf({ canvas, ...track({ color: { color: '#C81E1E' }, duration: '13s' }) }),
    {},
    {},
    { outputs: [webm('a.webm', 90), webm('b.webm', 64)] },
  );
  for (const output of outputs) {
    const { left } = await readSound(await locate(output));
    expect(Math.abs(left.length / 48_000 - 13)).toBeLessThan(0.03);
    expect(left.every((sample) => sample === 0)).toBe(true);
  }
});
