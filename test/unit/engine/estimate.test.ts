import { describe, expect, it } from 'vitest';
import { DEFAULT_OUTPUTS } from '../../../src/composition/output-spec.js';
import { estimateCpuUs } from '../../../src/engine/estimate.js';
import { planPasses } from '../../../src/engine/outputs/plan-passes.js';
import { compose } from '../../support/timeline.js';

const image = (duration: string, more: object = {}) => ({ image: { uri: 'a.png' }, duration, ...more });

function secondsOf(clips: readonly object[], quality: 'DRAFT' | 'MEDIUM' = 'MEDIUM'): number {
  const timeline = { canvas: { width: 1280, height: 720 }, tracks: clips.map((clip) => ({ clips: [clip] })) };
  const { composition } = compose(timeline, { visual: { 'a.png': 'image' } });
  const outputs = DEFAULT_OUTPUTS.map((output) => ({ ...output, quality }));
  return estimateCpuUs(planPasses([composition], outputs, () => true).passes, new Map()) / 1e6;
}

describe('the estimate of the processor time of a render', () => {
  it('grows with the length, the layers, what is done with them, and the quality', () => {
    const plain = secondsOf([image('4s')]);
    expect(plain).toBeGreaterThan(1);
    expect(plain).toBeLessThan(6);
    expect(secondsOf([image('8s')])).toBeGreaterThan(1.5 * plain);
    expect(secondsOf([image('4s')], 'DRAFT')).toBeLessThan(0.8 * plain);
    const boxed = secondsOf([image('4s'), image('4s', { layout: { box: { width: 50, height: 50 } } })]);
    expect(boxed).toBeGreaterThan(plain);
    const turned = { layout: { box: { width: 50, height: 50 } }, rotation: 10 };
    expect(secondsOf([image('4s'), image('4s', turned)])).toBeGreaterThan(boxed);
  });
});
