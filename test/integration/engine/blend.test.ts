import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlendMode } from '../../../src/composition/composition.js';
import {
  clipOf,
  compositionOf,
  createFrameBench,
  layerOf,
  placed,
  type FrameBench,
  type RawFrames,
} from '../../support/frame-bench.js';

let bench: FrameBench;

/** 8 x 8 fields of 8 pixels: below columns of greys and colours, above rows of others, so that each meets each. */
const LEVELS = ['101010', '404040', '808080', 'C0C0C0', 'F0F0F0', 'B43C28', '28A050', '3250BE'] as const;

beforeAll(async () => {
  bench = await createFrameBench();
  const fields = (axis: 'X' | 'Y', at: number) =>
    LEVELS.map((hex, i) => `${parseInt(hex.slice(at, at + 2), 16)}*eq(floor(${axis}/8),${i})`).join('+');
  for (const [name, axis] of [
    ['below', 'X'],
    ['above', 'Y'],
  ] as const)
    await bench.media.make(`${name}.png`, [
      ...['-f', 'lavfi', '-i'],
      `color=c=black:s=64x64,format=gbrp,geq=r='${fields(axis, 0)}':g='${fields(axis, 2)}':b='${fields(axis, 4)}',format=rgb24`,
      ...['-frames:v', '1'],
    ]);
  await bench.media.image('orange.png', { size: '8x8', colors: ['C86428', 'C86428', 'C86428', 'C86428'] });
});
afterAll(() => bench.close());

/** The formulas of CSS compositing, of one channel from 0 to 1: what is below, and what is mixed in. */
const CSS: { readonly [Mode in Exclude<BlendMode, 'NORMAL'>]: (below: number, above: number) => number } = {
  MULTIPLY: (b, s) => b * s,
  SCREEN: (b, s) => b + s - b * s,
  OVERLAY: (b, s) => hardLight(s, b),
  DARKEN: Math.min,
  LIGHTEN: Math.max,
  COLOR_DODGE: (b, s) => (b === 0 ? 0 : s === 1 ? 1 : Math.min(1, b / (1 - s))),
  COLOR_BURN: (b, s) => (b === 1 ? 1 : s === 0 ? 0 : 1 - Math.min(1, (1 - b) / s)),
  HARD_LIGHT: (b, s) => hardLight(b, s),
  SOFT_LIGHT: (b, s) => {
    if (s <= 0.5) return b - (1 - 2 * s) * b * (1 - b);
    const d = b <= 0.25 ? ((16 * b - 12) * b + 4) * b : Math.sqrt(b);
    return b + (2 * s - 1) * (d - b);
  },
  DIFFERENCE: (b, s) => Math.abs(b - s),
  EXCLUSION: (b, s) => b + s - 2 * b * s,
  ADD: (b, s) => Math.min(1, b + s),
};

function hardLight(b: number, s: number): number {
  return s <= 0.5 ? b * 2 * s : b + (2 * s - 1) - b * (2 * s - 1);
}

/** What is below by itself, and with a layer above it: the middles of the fields. */
async function mixed(blend: BlendMode, opacity: number) {
  const below = clipOf('below.png', 0, 1, { placement: placed(64, 64) });
  const above = clipOf('above.png', 0, 1, { placement: placed(64, 64, { blend }), opacity });
  return bench.frames(compositionOf([layerOf(below), layerOf(above)], 1));
}

/** The largest and the mean difference from the formula, in steps of 255. */
function errors(frames: RawFrames, formula: (below: number, above: number) => number) {
  const all: number[] = [];
  LEVELS.forEach((column, i) => {
    LEVELS.forEach((row, k) => {
      frames.at(0, i * 8 + 4, k * 8 + 4).forEach((is, c) => {
        const [b, s] = [column, row].map((hex) => parseInt(hex.slice(c * 2, c * 2 + 2), 16) / 255) as [number, number];
        all.push(Math.abs(is - 255 * Math.min(1, formula(b, s))));
      });
    });
  });
  return { mean: all.reduce((sum, error) => sum + error, 0) / all.length, max: Math.max(...all) };
}

describe('a blend mode', () => {
  it.each(Object.entries(CSS))('%s is that of CSS on RGB', async (mode, formula) => {
    const { mean, max } = errors(await mixed(mode as BlendMode, 1), formula);
    // ffmpeg's soft light has another formula. Saturated colours of a few steps' error are spread by steep formulas.
    expect(mean).toBeLessThan(mode === 'SOFT_LIGHT' ? 5 : 2);
    expect(max).toBeLessThan(mode === 'SOFT_LIGHT' ? 30 : mode === 'COLOR_DODGE' || mode === 'COLOR_BURN' ? 30 : 6);
  });

  it.each(Object.entries(CSS))('%s shows as much as its opacity says', async (mode, formula) => {
    const half = (b: number, s: number) => (mode === 'ADD' ? b + s / 2 : (b + formula(b, s)) / 2);
    const { mean } = errors(await mixed(mode as BlendMode, 0.5), half);
    expect(mean).toBeLessThan(mode === 'SOFT_LIGHT' ? 3.5 : 2);
  });

  it('mixes what stands, moves, is turned, is cut off by the edge or in a transition, in its frames alone', async () => {
    const ground = layerOf(clipOf('orange.png', 0, 40));
    const multiply = { blend: 'MULTIPLY' } as const;
    const moving = placed(21, 21, {
      ...multiply,
      x: [
        { at: 0, value: 20 },
        { at: 10, value: 30 },
      ],
      y: 40,
    });
    const composition = compositionOf(
      [
        ground,
        layerOf(clipOf('orange.png', 5, 10, { placement: placed(21, 21, { ...multiply, x: 0, y: 0 }) })),
        layerOf(clipOf('orange.png', 10, 20, { placement: moving })),
        layerOf(
          clipOf('orange.png', 20, 10, { placement: placed(20, 20, { ...multiply, x: 80, y: 20 }) }),
          clipOf('orange.png', 25, 15, {
            placement: placed(20, 20, { ...multiply, x: 80, y: 60, rotation: 45 }),
            transition: { kind: 'fade', frames: 5 },
          }),
        ),
      ],
      40,
    );
    const frames = await bench.frames(composition);
    expect(frames.count).toBe(40);
    const [plain, twice] = [
      [200, 100, 40],
      [157, 39, 6],
    ] as const;
    const expectAt = (frame: number, x: number, y: number, color: readonly number[]) => {
      frames.at(frame, x, y).forEach((is, c) => {
        expect(Math.abs(is - color[c]!), `${frame} at ${x}, ${y}`).toBeLessThan(8);
      });
    };
    for (const [frame, color] of [
      [4, plain],
      [5, twice],
      [14, twice],
      [15, plain],
    ] as const)
      expectAt(frame, 3, 3, color);
    for (const [frame, color] of [
      [9, plain],
      [10, twice],
      [29, twice],
      [30, plain],
    ] as const)
      expectAt(frame, 25, 40, color);
    expectAt(10, 14, 40, twice);
    expectAt(29, 14, 40, plain);
    expectAt(29, 36, 40, twice);
    for (const [frame, color] of [
      [19, plain],
      [20, twice],
      [24, twice],
      [31, plain],
    ] as const)
      expectAt(frame, 80, 20, color);
    for (const [frame, color] of [
      [25, plain],
      [30, twice],
      [39, twice],
    ] as const)
      expectAt(frame, 80, 60, color);
    expectAt(39, 72, 52, plain);
  });
});
