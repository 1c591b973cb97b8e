import { describe, expect, it } from 'vitest';
import type { AudioClip, Composition } from '../../../src/composition/composition.js';
import { planLanes } from '../../../src/engine/audio/plan-lanes.js';
import { lanesOf } from '../../../src/engine/compositor/audio/lanes.js';

function clip(startSample: number, samples: number, bus?: number): AudioClip {
  const asset = { uri: 'a', field: 'f' };
  const place = { startSample, samples, ...(bus === undefined ? {} : { bus }) };
  return { asset, ...place, gainDb: 0, loop: false, fadeOutSamples: 0 };
}

const composed = (audio: readonly AudioClip[]): Composition => ({
  ...{ width: 64, height: 64, frameRate: { num: 30, den: 1 }, frames: 30, samples: 48_000 },
  ...{ background: { r: 0, g: 0, b: 0, a: 255 }, layers: [], audio },
});

describe('lanesOf', () => {
  it('puts clips that touch into one lane, in the order of their time', () => {
    const [a, b, c] = [clip(0, 10), clip(10, 5), clip(20, 5)];
    expect(lanesOf([c, a, b])).toEqual([{ clips: [a, b, c], startSample: 0, endSample: 25, bus: undefined }]);
  });

  it('makes as many lanes as sound at one time', () => {
    const clips = Array.from({ length: 100 }, (_, i) => clip(i * 10, 25));
    expect(lanesOf(clips)).toHaveLength(3);
  });

  it('keeps buses apart', () => {
    const lanes = lanesOf([clip(0, 10), clip(10, 10, 1), clip(20, 10), clip(30, 10, 1)]);
    expect(lanes.map(({ bus, clips }) => [bus, clips.length])).toEqual([
      [undefined, 2],
      [1, 2],
    ]);
  });
});

describe('planLanes', () => {
  it('changes nothing where one graph mixes all clips', () => {
    const composition = composed(Array.from({ length: 100 }, (_, i) => clip(i * 10, 10)));
    expect(planLanes([composition])).toEqual({ compositions: [composition], steps: [], files: new Map() });
  });

  it('joins the lanes of many clips once for all compositions, and leaves a clip alone in its lane', () => {
    const alone = clip(0, 1_000, 0);
    const audio = [...Array.from({ length: 105 }, (_, i) => clip(100 + i * 10, 10, 1)), alone];
    const { compositions, steps, files } = planLanes([composed(audio), composed(audio)]);
    const [uri] = [...files.keys()];
    for (const { audio: joined } of compositions)
      expect(joined).toEqual([alone, { ...clip(100, 1_050, 1), asset: { uri, field: 'f' } }]);
    expect(steps.map(({ startSample, lane }) => [startSample, lane.startSample, lane.clips.length])).toEqual([
      ...Array.from({ length: 10 }, (_, i) => [i * 100, 100 + i * 100, 10]),
      [1_000, 1_100, 5],
    ]);
  });
});
