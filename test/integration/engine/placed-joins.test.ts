import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TransitionKind, VisualClip } from '../../../src/composition/composition.js';
import { TRANSITION_KINDS } from '../../../src/composition/transition-kinds.js';
import { colorDistance } from '../../support/media-content.js';
import {
  clipOf,
  compositionOf,
  createFrameBench,
  layerOf,
  placed,
  rgb,
  type FrameBench,
  type RawFrames,
} from '../../support/frame-bench.js';

let bench: FrameBench;

beforeAll(async () => {
  bench = await createFrameBench();
  const { media } = bench;
  for (const [name, color] of Object.entries({ red: 'C81E1E', blue: '1E3CC8', light: 'C8C8C8' }))
    await media.image(`${name}.png`, { size: '16x16', colors: [color, color, color, color] });
});
afterAll(() => bench.close());

const [A, B] = ['C81E1E', '1E3CC8'];
const FRAMES = { fade: 10, before: 6, after: 6 };
const TOTAL = FRAMES.before + FRAMES.fade + FRAMES.after;

/** Red becomes blue by each of some kinds, one after another. */
function joins(kinds: readonly TransitionKind[], ground: string, changes: Partial<VisualClip>): Promise<RawFrames> {
  const { before, fade, after } = FRAMES;
  const clips = kinds.flatMap((kind, i) => [
    clipOf('red.png', i * TOTAL, before + fade, changes),
    clipOf('blue.png', i * TOTAL + before, fade + after, { ...changes, transition: { kind, frames: fade } }),
  ]);
  return bench.frames(compositionOf([layerOf(...clips)], kinds.length * TOTAL, { background: rgb(ground) }));
}

/** In a box of 61 x 41 at 17, 15. */
const BOX = { placement: placed(61, 41, { x: 47.5, y: 35.5 }) };

function joined(kind: TransitionKind, ground: string, opacity = 1): Promise<RawFrames> {
  return joins([kind], ground, { ...BOX, opacity });
}

/** So many kinds are rendered by one command. */
const BATCH = 11;

/** The frames of each kind, rendered in batches. */
async function joinedByKind(
  ground: string,
  changes: Partial<VisualClip>,
): Promise<Readonly<Record<TransitionKind, RawFrames>>> {
  const found = new Map<TransitionKind, RawFrames>();
  for (let first = 0; first < TRANSITION_KINDS.length; first += BATCH) {
    const kinds = TRANSITION_KINDS.slice(first, first + BATCH);
    const frames = await joins(kinds, ground, changes);
    expect(frames.count).toBe(kinds.length * TOTAL);
    kinds.forEach((kind, i) => found.set(kind, partOf(frames, i * TOTAL)));
  }
  return Object.fromEntries(found) as Record<TransitionKind, RawFrames>;
}

/** The frames of one join among others. */
function partOf(frames: RawFrames, first: number): RawFrames {
  const size = frames.width * frames.height * 3;
  const bytes = frames.bytes.subarray(first * size, (first + TOTAL) * size);
  return { ...frames, count: TOTAL, bytes, at: (frame, x, y) => frames.at(first + frame, x, y) };
}

/** How many of the pixels within the box, and beside it, are not of a colour. */
function others(frames: RawFrames, frame: number, inside: string, outside: string): readonly [number, number] {
  let [within, beside] = [0, 0];
  for (let y = 0; y < frames.height; y += 1)
    for (let x = 0; x < frames.width; x += 1) {
      const isInside = x >= 17 && x < 78 && y >= 15 && y < 56;
      if (colorDistance(frames.at(frame, x, y), isInside ? inside : outside) <= 4) continue;
      if (isInside) within += 1;
      else beside += 1;
    }
  return [within, beside];
}

/**
 * How transparent a pixel of the middle of the transition is, as the ground sees it: renders on black and on white differ by as much as shows of the ground.
 */
function transparency(onBlack: RawFrames, onWhite: RawFrames, frame: number, x: number, y: number): number {
  return (onWhite.at(frame, x, y)[1] - onBlack.at(frame, x, y)[1]) / 255;
}

/** Kinds in whose course an opaque box shows the ground: a whole frame moves, shrinks or is cut out, and the box with it. */
const OPENS: ReadonlySet<TransitionKind> = new Set<TransitionKind>([
  ...(['circlecrop', 'rectcrop', 'slideleft', 'slideright', 'slideup', 'slidedown', 'squeezeh', 'squeezev'] as const),
  ...(['zoomin', 'hblur', 'pixelize'] as const),
]);

describe('a transition between placed clips', () => {
  let onBlacks: Readonly<Record<TransitionKind, RawFrames>>;
  let onWhites: Readonly<Record<TransitionKind, RawFrames>>;
  beforeAll(async () => {
    [onBlacks, onWhites] = [await joinedByKind('000000', BOX), await joinedByKind('FFFFFF', BOX)];
  });

  it.each([...TRANSITION_KINDS])('by %s leaves all beside it alone', (kind) => {
    const [onBlack, onWhite] = [onBlacks[kind], onWhites[kind]];
    const { before, fade } = FRAMES;
    // Some kinds leave a column or a row of the other side in the first frame after, or the first of the transition.
    const blemish = 62;
    expect(others(onBlack, before - 1, A, '000000')).toEqual([0, 0]);
    expect(others(onBlack, TOTAL - 1, B, '000000')).toEqual([0, 0]);
    for (const [frame, color] of [
      [before, A],
      [before + fade, B],
    ] as const) {
      const [within, beside] = others(onBlack, frame, color, '000000');
      expect(within, `frame ${frame}`).toBeLessThanOrEqual(blemish);
      expect(beside, `frame ${frame}`).toBeLessThanOrEqual(blemish);
    }
    for (let frame = before; frame < before + fade; frame += 1) {
      if (!OPENS.has(kind)) {
        for (const [x, y] of [
          [17, 15],
          [47, 35],
          [77, 55],
          [25, 50],
        ] as const)
          expect(transparency(onBlack, onWhite, frame, x, y), `frame ${frame} at ${x}, ${y}`).toBeLessThan(0.03);
        for (const [x, y] of [
          [0, 0],
          [16, 35],
          [95, 71],
          [78, 20],
        ] as const)
          expect(transparency(onBlack, onWhite, frame, x, y), `frame ${frame} at ${x}, ${y}`).toBeGreaterThan(0.97);
      }
      // Far away from both nothing is hidden, but where the whole frame comes nearer.
      if (kind !== 'zoomin') expect(transparency(onBlack, onWhite, frame, 1, 1)).toBeGreaterThan(0.97);
    }
  });

  it.each([
    ['fade', '731E73'],
    ['fadeblack', '000000'],
    ['fadewhite', 'FFFFFF'],
  ] as const)('by %s is planned colours in its middle, as opaque as its sides', async (kind, color) => {
    const half = await joined(kind, 'FFFFFF', 0.5);
    const opaque = await joined(kind, 'FFFFFF');
    const middle = FRAMES.before + FRAMES.fade / 2;
    const is = opaque.at(middle, 47, 35);
    const distance = colorDistance(is, color);
    expect(distance, `${is.join(' ')}, not ${color}`).toBeLessThan(kind === 'fade' ? 16 : 80);
    const through = half.at(middle, 47, 35);
    is.forEach((value, i) => {
      expect(Math.abs(through[i]! - (value + 255) / 2)).toBeLessThan(6);
    });
  });

  describe('of each kind', () => {
    let renders: readonly (readonly [how: string, once: typeof onBlacks, again: typeof onBlacks])[];
    beforeAll(async () => {
      renders = [
        ['placed', onBlacks, await joinedByKind('000000', BOX)],
        ['not placed', await joinedByKind('808080', {}), await joinedByKind('808080', {})],
      ];
    });

    it.each([...TRANSITION_KINDS])('by %s is the same in every render, placed and not', (kind) => {
      for (const [how, once, again] of renders) expect(once[kind].bytes.equals(again[kind].bytes), how).toBe(true);
    });
  });

  it('mixes clips in different places, and one without a place', async () => {
    const clips = [
      clipOf('red.png', 0, 20, { placement: placed(20, 20, { x: 20, y: 20, rotation: 45 }) }),
      clipOf('light.png', 10, 30, { transition: { kind: 'fade', frames: 10 } }),
      clipOf('blue.png', 30, 20, {
        placement: placed(20, 20, {
          x: [
            { at: 0, value: 70 },
            { at: 10, value: 60 },
          ],
          y: 50,
        }),
        transition: { kind: 'wipeleft', frames: 10 },
      }),
    ];
    const frames = await bench.frames(compositionOf([layerOf(...clips)], 50, { background: rgb('000000') }));
    const expectAt = (frame: number, x: number, y: number, color: string, to = 5) => {
      const is = frames.at(frame, x, y);
      expect(colorDistance(is, color), `frame ${frame} at ${x}, ${y}: ${is.join(' ')}`).toBeLessThanOrEqual(to);
    };
    expectAt(5, 20, 20, A);
    expectAt(5, 11, 11, '000000');
    expectAt(15, 60, 60, '646464', 14);
    expectAt(25, 60, 60, 'C8C8C8');
    expectAt(49, 60, 50, B);
    expectAt(49, 20, 20, '000000');
  });
});
