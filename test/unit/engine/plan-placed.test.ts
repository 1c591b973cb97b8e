import { describe, expect, it } from 'vitest';
import type { Animated } from '../../../src/composition/animated.js';
import type { Layer } from '../../../src/composition/composition.js';
import { NORMAL_FORM } from '../../../src/engine/compositor/fit.js';
import { planSection } from '../../../src/engine/compositor/plan-render.js';
import { VIDEO_PAD } from '../../../src/engine/compositor/render-plan.js';
import { wholeOf } from '../../../src/engine/compositor/section.js';
import type { ColorResolution } from '../../../src/engine/compositor/stage.js';
import type { VisualDetails } from '../../../src/engine/probe/media-details.js';
import { clipOf, compositionOf, layerOf, placed } from '../../support/frame-bench.js';

const VIDEO: VisualDetails = {
  facts: { kind: 'video', durationUs: 5_000_000 },
  streamIndex: 0,
  codec: 'h264',
  width: 1920,
  height: 1080,
  frameRate: { num: 30, den: 1 },
  gridRate: { num: 30, den: 1 },
  hasAlpha: false,
  interlaced: false,
  uneven: null,
  color: { matrix: 'bt709', range: 'tv', transfer: 'sdr', primaries: 'bt709' },
  startUs: 0,
  countedStartUs: 0,
  timeBase: { num: 1, den: 15_360 },
  seeking: 'EXACT',
  presentUs: 5_000_000,
};

/** The chains of a plan's graph. */
function chainsOf(layers: readonly Layer[], colors?: ColorResolution): readonly string[] {
  const composition = compositionOf(layers, 30);
  const visual = (uri: string) => ({ file: uri, details: { ...VIDEO, hasAlpha: uri === 'alpha.png' } });
  const { graph } = planSection(composition, wholeOf(composition), {
    media: {
      visuals: new Map(['back.mp4', 'a.mp4', 'b.png', 'alpha.png'].map((uri) => [uri, visual(uri)])),
      audios: new Map(),
    },
    ways: [{ filters: NORMAL_FORM, to: VIDEO_PAD }],
    captions: [],
    ...(colors ? { colors } : {}),
  });
  return graph.split(';\n');
}

const to = (from: number, end: number): Animated => [
  { at: 0, value: from },
  { at: 29, value: end },
];
const back = layerOf(clipOf('back.mp4', 0, 30));
const over = (uri: string, changes: Parameters<typeof placed>[2], clip: Parameters<typeof clipOf>[3] = {}) =>
  layerOf(clipOf(uri, 0, 30, { placement: placed(40, 30, changes), ...clip }));

describe('what a placed clip costs', () => {
  it('no conversion of the frame where outputs have halved colours', () => {
    const layers = [back, over('a.mp4', { x: to(30, 40) }), over('alpha.png', { x: 33, y: 21 })];
    const graph = chainsOf(layers, 'halved');
    for (const chain of graph) expect(chain).not.toMatch(/format=yuv444/);
    expect(graph.filter((chain) => chain.includes('eof_action=pass:format=yuv420'))).toHaveLength(2);
    expect(chainsOf(layers).some((chain) => chain.includes('eof_action=pass:format=yuv444'))).toBe(true);
  });

  it('full colours for all once a layer is blended or in a transition', () => {
    const fade = { transition: { kind: 'fade', frames: 5 } } as const;
    const still = { placement: placed(40, 30) };
    const joined = layerOf(clipOf('b.png', 0, 20, still), clipOf('b.png', 15, 15, { ...still, ...fade }));
    for (const layer of [over('b.png', { blend: 'MULTIPLY' }), joined])
      expect(chainsOf([back, layer, over('a.mp4', {})], 'halved').join()).toContain('format=yuv444p');
  });

  it('no perspective where it only moves', () => {
    const moved = chainsOf([back, over('a.mp4', { x: to(30, 40), y: 22.25 })], 'halved').join(';');
    expect(moved).toContain('maskedmerge');
    expect(moved).not.toContain('perspective');
    expect(chainsOf([back, over('a.mp4', { rotation: to(0, 9) })], 'halved').join(';')).toContain('perspective');
  });

  it('one mix where it moves along one side from a whole pixel', () => {
    const graph = chainsOf([back, over('a.mp4', { x: to(30, 40), y: 23 })], 'halved');
    expect(graph.filter((chain) => chain.includes('maskedmerge'))).toHaveLength(1);
  });

  it('one frame of work where it stands still, before that is repeated', () => {
    const graph = chainsOf([back, over('alpha.png', { x: 33, y: 21 }, { opacity: 0.5 })], 'halved');
    const [merged, repeated] = ['mergeplanes', 'loop=loop=-1'].map((filter) =>
      graph.findIndex((chain) => chain.includes(filter)),
    );
    expect(merged).toBeGreaterThan(0);
    expect(repeated).toBeGreaterThan(merged ?? Infinity);
  });

  it('no weighing of colours where all of it is seen alike, on even pixels', () => {
    expect(chainsOf([back, over('a.mp4', { x: 30, y: 21 }, { opacity: 0.5 })], 'halved').join()).not.toContain(
      'mergeplanes',
    );
    expect(chainsOf([back, over('a.mp4', { x: 31, y: 21 })], 'halved').join()).toContain('mergeplanes');
  });
});
