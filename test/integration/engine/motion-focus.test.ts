import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readVideo } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';
import { formOf, type Json, track } from '../../support/timeline.js';

const [WIDTH, HEIGHT] = [400, 300];
const CANVAS = { canvas: { width: WIDTH, height: HEIGHT, frameRate: '10' } };
/** Middles of white squares of 16 pixels on black. */
const SQUARES = [
  [100, 60],
  [300, 60],
  [100, 240],
  [300, 240],
] as const;

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  const inside = SQUARES.map(([x, y]) => `lt(abs(X-${x - 0.5}),8)*lt(abs(Y-${y - 0.5}),8)`).join('+');
  await bench.media.make('squares.png', [
    ...['-f', 'lavfi', '-i', `nullsrc=size=${WIDTH}x${HEIGHT},format=gray,geq=lum='255*(${inside})'`, '-frames:v', '1'],
  ]);
  await bench.media.make('white.png', ['-f', 'lavfi', '-i', 'color=white:s=160x160', '-frames:v', '1']);
});
afterAll(() => bench.close());

/** The middle of what is bright near a place; null: nothing. */
function brightNear(picture: Uint8Array, [left, top]: readonly [number, number]): readonly [number, number] | null {
  let [sum, x, y] = [0, 0, 0];
  for (let py = Math.max(0, Math.round(top) - 20); py < Math.min(HEIGHT, top + 20); py += 1)
    for (let px = Math.max(0, Math.round(left) - 20); px < Math.min(WIDTH, left + 20); px += 1) {
      const value = Math.max(0, picture[3 * (py * WIDTH + px) + 1]! - 40);
      sum += value;
      x += value * (px + 0.5);
      y += value * (py + 0.5);
    }
  return sum < 20_000 ? null : [x / sum, y / sum];
}

/** The first and the last frame of each motion, in clips one after another. */
async function render(motions: readonly Json[], look: Json = {}): Promise<[Uint8Array, Uint8Array][]> {
  const clips = motions.map((motion) => ({ image: { uri: 'squares.png' }, duration: '1s', motion, ...look }));
  const { file } = await bench.render(formOf({ ...CANVAS, ...track(...clips) }));
  const { frames } = await readVideo(file);
  expect(frames).toHaveLength(10 * motions.length);
  return motions.map((_, i) => [frames[10 * i]!, frames[10 * i + 9]!]);
}

/** Where a point of the whole is in a view of a scale that keeps a focus in its place. */
const moved = ([x, y]: readonly [number, number], scale: number, focus: readonly [number, number]) =>
  [focus[0] + (x - focus[0]) * scale, focus[1] + (y - focus[1]) * scale] as const;

const isWithin = ([x, y]: readonly [number, number]) => x > 14 && x < WIDTH - 14 && y > 14 && y < HEIGHT - 14;

function expectSquares(picture: Uint8Array, scale: number, focus: readonly [number, number]): void {
  const places = SQUARES.map((square) => moved(square, scale, focus)).filter(isWithin);
  expect(places.length).toBeGreaterThan(0);
  for (const place of places) {
    const found = brightNear(picture, place);
    expect(found, `a square at ${place.join()}`).not.toBeNull();
    expect(Math.hypot(found![0] - place[0], found![1] - place[1])).toBeLessThan(0.3);
  }
}

describe('the focus of a motion', () => {
  it.each([
    ['the middle by default', undefined, [200, 150]],
    ['a square', { x: 25, y: 20 }, [100, 60]],
    ['another', { x: 75, y: 80 }, [300, 240]],
    ['a corner', { x: 0, y: 100 }, [0, 300]],
  ] as const)('stays in its place while a still grows or shrinks: %s', async (_, focus, place) => {
    const point = focus ? { focus } : {};
    const [grows, shrinks] = await render([
      { kind: 'KIND_ZOOM_IN', strength: 0.5, ...point },
      { kind: 'KIND_ZOOM_OUT', strength: 0.5, ...point },
    ]);
    expectSquares(grows![0], 1, place);
    expectSquares(grows![1], 1.5, place);
    expectSquares(shrinks![0], 1.5, place);
    expectSquares(shrinks![1], 1, place);
  });

  it('is that of the box where the clip is placed', async () => {
    // The lower right quarter of the canvas has all of the picture at half of its size, with a square at the focus.
    const layout = { box: { x: 50, y: 50, width: 50, height: 50 } };
    const [zoom] = await render([{ kind: 'KIND_ZOOM_IN', strength: 1, focus: { x: 25, y: 20 } }], { layout });
    const last = zoom![1];
    const kept = brightNear(last, [250, 180]);
    expect(Math.hypot(kept![0] - 250, kept![1] - 180)).toBeLessThan(0.3);
    expect(brightNear(last, [350, 180])).toBeNull();
  });

  it('is that of the box where the clip is mirrored', async () => {
    // The squares of its other side come to lie where they lay.
    const [zoom, pan] = await render(
      [
        { kind: 'KIND_ZOOM_IN', strength: 0.5, focus: { x: 25, y: 20 } },
        { kind: 'KIND_PAN_RIGHT', strength: 0.5, focus: { x: 50, y: 0 } },
      ],
      { flipHorizontal: true, flipVertical: true },
    );
    expectSquares(zoom![1], 1.5, [100, 60]);
    expectSquares(pan![0], 1.5, [0, 0]);
    expectSquares(pan![1], 1.5, [WIDTH, 0]);
  });

  it('says where a pan stands across its way', async () => {
    // A view of two thirds: from the left edge to the right one, at the top, in the middle, at the bottom.
    const heights = [
      [0, 0],
      [50, 150],
      [100, 300],
    ] as const;
    const pans = await render([
      ...heights.map(([y]) => ({ kind: 'KIND_PAN_RIGHT', strength: 0.5, focus: { x: 80, y } })),
      { kind: 'KIND_PAN_UP', strength: 0.5, focus: { x: 100, y: 3 } },
    ]);
    for (const [i, [, focusY]] of heights.entries()) {
      expectSquares(pans[i]![0], 1.5, [0, focusY]);
      expectSquares(pans[i]![1], 1.5, [WIDTH, focusY]);
    }
    const [first, last] = pans.at(-1)!;
    expectSquares(first, 1.5, [WIDTH, HEIGHT]);
    expectSquares(last, 1.5, [WIDTH, 0]);
  });
});

describe('a motion', () => {
  it.each(['KIND_ZOOM_IN', 'KIND_PAN_LEFT'])('leaves no dark rim beside what is transparent: %s', async (kind) => {
    const clip = { image: { uri: 'white.png' }, duration: '1s', rotation: 180, motion: { kind, strength: 0.5 } };
    const canvas = { ...CANVAS.canvas, background: '#FFFFFF' };
    const { file } = await bench.render(formOf({ canvas, ...track({ ...clip, layout: { fit: 'FIT_CONTAIN' } }) }));
    const { frames } = await readVideo(file);
    for (const frame of frames) expect(frame.every((value) => value > 248)).toBe(true);
  });
});
