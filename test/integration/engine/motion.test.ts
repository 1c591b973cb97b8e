import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Animated } from '../../../src/composition/animated.js';
import type { Placement } from '../../../src/composition/composition.js';
import type { ColorResolution } from '../../../src/engine/compositor/stage.js';
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

const [RED, GREEN, BLUE, YELLOW, GREY] = ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E', '808080'] as const;
let bench: FrameBench;

beforeAll(async () => {
  bench = await createFrameBench();
  const { media } = bench;
  await media.image('wide.png', { size: '80x40', colors: [RED, GREEN, BLUE, YELLOW] });
  await media.image('white.png', { size: '8x8', colors: ['FFFFFF', 'FFFFFF', 'FFFFFF', 'FFFFFF'] });
  await media.video('white.mp4', { size: '80x40', colors: ['FFFFFF'], secondsEach: 3 });
  await media.make('disc.png', [
    ...['-f', 'lavfi', '-i'],
    "color=c=black:s=160x160,format=rgba,geq=r='200*lt(hypot(X-80,Y-80),70)':g='180*lt(hypot(X-80,Y-80),70)':b='30*lt(hypot(X-80,Y-80),70)':a='255*lt(hypot(X-80,Y-80),70)'",
    ...['-frames:v', '1'],
  ]);
});
afterAll(() => bench.close());

const to = (frame: number, from: number, end: number): Animated => [
  { at: 0, value: from },
  { at: frame, value: end },
];

/** How much of a white clip is seen on black, in pixels, and where its middle is. */
function whiteOf(frames: RawFrames, frame: number) {
  let [sum, x, y] = [0, 0, 0];
  for (let py = 0; py < frames.height; py += 1)
    for (let px = 0; px < frames.width; px += 1) {
      const share = frames.at(frame, px, py)[1] / 255;
      sum += share;
      x += share * (px + 0.5);
      y += share * (py + 0.5);
    }
  return { pixels: sum, x: x / sum, y: y / sum };
}

/** A white clip on black. */
function white(
  placement: Placement,
  frames: number,
  {
    uri = 'white.png',
    opacity = 1,
    colors = 'full',
  }: { uri?: string; opacity?: Animated; colors?: ColorResolution } = {},
): Promise<RawFrames> {
  const clip = clipOf(uri, 0, frames, { placement, opacity });
  const composition = compositionOf([layerOf(clip)], frames, { background: rgb('000000') });
  return bench.frames(composition, undefined, { colors });
}

describe('a clip that is turned', () => {
  it.each([
    [90, [YELLOW, RED, GREEN, BLUE]],
    [180, [BLUE, YELLOW, RED, GREEN]],
    [-90, [GREEN, BLUE, YELLOW, RED]],
    [450, [YELLOW, RED, GREEN, BLUE]],
  ] as const)('by %i degrees shows its corners clockwise', async (rotation, colors) => {
    const placement = placed(40, 20, { x: 48, y: 36, rotation });
    const frames = await bench.frames(compositionOf([layerOf(clipOf('wide.png', 0, 1, { placement }))], 1));
    const [wide, high] = rotation === 180 ? [20, 10] : [10, 20];
    const corners = [
      [48 - wide, 36 - high],
      [47 + wide, 36 - high],
      [47 + wide, 35 + high],
      [48 - wide, 35 + high],
    ] as const;
    corners.forEach(([x, y], i) => {
      const is = frames.at(0, x, y);
      expect(colorDistance(is, colors[i]!), `corner ${i}: ${is.join(' ')}`).toBeLessThanOrEqual(4);
      const beside = frames.at(0, x < 48 ? x - 2 : x + 2, y);
      expect(colorDistance(beside, GREY), `beside corner ${i}: ${beside.join(' ')}`).toBeLessThanOrEqual(2);
    });
  });

  it.each([[30], [45], [-100], [271.5]])('by %f degrees keeps its size and its middle', async (rotation) => {
    const seen = whiteOf(await white(placed(40, 21, { x: 47.3, y: 36.8, rotation }), 1), 0);
    expect(Math.abs(seen.pixels - 40 * 21)).toBeLessThan(8);
    expect(Math.hypot(seen.x - 47.3, seen.y - 36.8)).toBeLessThan(0.05);
  });

  it('has no dark rim', async () => {
    const placement = placed(41, 41, { x: 48, y: 36, rotation: 30 });
    const frames = await bench.frames(compositionOf([layerOf(clipOf('disc.png', 0, 1, { placement }))], 1));
    for (let x = 20; x < 76; x += 1) expect(frames.at(0, x, 36)[0], `at ${x}`).toBeGreaterThan(0x80 - 4);
    expect(colorDistance(frames.at(0, 48, 36), YELLOW)).toBeLessThan(6);
  });
});

describe.each(['full', 'halved'] as const)('a clip that moves, with colours that are %s,', (colors) => {
  it.each(['white.png', 'white.mp4'])('goes evenly by parts of a pixel: %s', async (uri) => {
    const placement = placed(20, 11, { x: to(30, 30, 40), y: to(30, 40.5, 33) });
    const frames = await white(placement, 36, { uri, colors });
    for (let i = 0; i < 36; i += 1) {
      const seen = whiteOf(frames, i);
      const share = Math.min(1, i / 30);
      expect(Math.abs(seen.x - (30 + 10 * share)), `x of frame ${i}: ${seen.x}`).toBeLessThan(0.05);
      expect(Math.abs(seen.y - (40.5 - 7.5 * share)), `y of frame ${i}: ${seen.y}`).toBeLessThan(0.05);
      expect(Math.abs(seen.pixels - 220)).toBeLessThan(3);
    }
  });

  it('turns, grows and moves at the same time about its middle', async () => {
    const placement = placed(40, 24, {
      ...{ x: to(20, 40, 50), y: 36.25, rotation: to(20, 0, 200), scaleX: to(20, 0.8, 1), scaleY: to(10, 1, 0.85) },
    });
    const frames = await white(placement, 24, { colors });
    for (let i = 0; i < 24; i += 1) {
      const [share, half] = [Math.min(1, i / 20), Math.min(1, i / 10)];
      const seen = whiteOf(frames, i);
      const area = 40 * (0.8 + 0.2 * share) * 24 * (1 - 0.15 * half);
      expect(Math.abs(seen.pixels / area - 1), `area of frame ${i}: ${seen.pixels}, not ${area}`).toBeLessThan(0.02);
      expect(Math.hypot(seen.x - 40 - 10 * share, seen.y - 36.25), `middle of frame ${i}`).toBeLessThan(0.1);
    }
  });

  it('is nothing at a scale of 0', async () => {
    const frames = await white(placed(40, 24, { x: 48.5, y: 36.5, scaleX: to(10, 0, 1), scaleY: to(10, 0, 1) }), 11, {
      colors,
    });
    expect(whiteOf(frames, 0).pixels).toBe(0);
    expect(Math.abs(whiteOf(frames, 5).pixels - 240)).toBeLessThan(6);
    expect(Math.abs(whiteOf(frames, 10).pixels - 960)).toBeLessThan(6);
  });

  it('comes in from outside, and fades', async () => {
    const frames = await white(placed(20, 20, { x: to(20, -40, 40), y: 30 }), 21, { opacity: to(20, 0, 1), colors });
    expect(whiteOf(frames, 5).pixels).toBe(0);
    expect(Math.abs(whiteOf(frames, 15).pixels - 0.75 * 400)).toBeLessThan(6);
    expect(Math.abs(whiteOf(frames, 20).pixels - 400)).toBeLessThan(3);
  });

  it('follows a thousand keyframes', async () => {
    const keys = Array.from({ length: 1000 }, (_, at) => ({ at, value: 30 + 20 * Math.sin(at / 9) }));
    const [first, ...rest] = keys;
    const placement = placed(9, 9, { x: [first!, ...rest], y: [first!, ...rest], rotation: to(1000, 0, 90) });
    const clip = clipOf('white.png', 0, 1000, { placement });
    const composition = compositionOf([layerOf(clip)], 1000, { background: rgb('000000') });
    const frames = await bench.frames(composition, { startFrame: 700, frames: 20 }, { colors });
    for (const i of [0, 7, 19]) {
      const seen = whiteOf(frames, i);
      expect(Math.abs(seen.x - keys[700 + i]!.value)).toBeLessThan(0.1);
    }
  });
});
