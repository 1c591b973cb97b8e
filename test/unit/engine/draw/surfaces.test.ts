import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Picture } from '../../../../src/engine/draw/picture.js';
import { createDrawBench, inkOf, pixelAt, type DrawBench } from '../../../support/draw-bench.js';

let bench: DrawBench;
beforeAll(async () => {
  bench = await createDrawBench();
});
afterAll(() => bench.close());

const color = (hex: string) => {
  const [r = 0, g = 0, b = 0, a = 255] = hex.match(/../g)!.map((two) => parseInt(two, 16));
  return { r, g, b, a };
};

function expectColor(picture: Picture, x: number, y: number, hex: string, within = 1): void {
  const { r, g, b, a } = color(hex);
  const is = pixelAt(picture, x, y);
  [r, g, b, a].forEach((wanted, i) => {
    expect(Math.abs(is[i]! - wanted), `${x},${y} is ${is.join(' ')}, not ${hex}`).toBeLessThanOrEqual(within);
  });
}

describe('a surface', () => {
  it('has its colour everywhere, and alpha only if it needs some', async () => {
    const solid = await bench.draw({ kind: 'COLOR', color: color('1E3CC8') }, 7, 5);
    expect(solid.picture.channels).toBe(3);
    expectColor(solid.picture, 0, 0, '1E3CC8', 0);
    expectColor(solid.picture, 6, 4, '1E3CC8', 0);
    const { picture } = await bench.draw({ kind: 'COLOR', color: color('1E3CC880') }, 7, 5);
    expect(picture.channels).toBe(4);
    expectColor(picture, 3, 3, '1E3CC880', 0);
  });
});

describe('a linear gradient', () => {
  const gradient = (degrees: number, stops: readonly (readonly [number, string])[], width: number, height: number) =>
    bench.draw(
      { kind: 'LINEAR_GRADIENT', degrees, stops: stops.map(([at, hex]) => ({ at, color: color(hex) })) },
      width,
      height,
    );

  it('runs to the right at 90 degrees, even from the middle of the first pixel on', async () => {
    const { picture } = await gradient(
      90,
      [
        [0, '000000'],
        [1, 'FFFFFF'],
      ],
      100,
      4,
    );
    for (const x of [0, 10, 50, 99]) {
      const grey = Math.round(((x + 0.5) / 100) * 255)
        .toString(16)
        .padStart(2, '0');
      expectColor(picture, x, 2, grey.repeat(3));
    }
  });

  it('runs up at 0 degrees and down at 180 and -180', async () => {
    const stops = [
      [0, 'FF0000'],
      [1, '0000FF'],
    ] as const;
    const up = await gradient(0, stops, 10, 100);
    expectColor(up.picture, 5, 99, 'FE0001', 2);
    for (const degrees of [180, -180]) {
      const down = await gradient(degrees, stops, 10, 100);
      expectColor(down.picture, 5, 0, 'FE0001', 2);
    }
  });

  it('reaches its last colour in the corner at 45 degrees, as CSS reckons its length', async () => {
    const { picture } = await gradient(
      45,
      [
        [0, '000000'],
        [1, 'FFFFFF'],
      ],
      200,
      100,
    );
    expectColor(picture, 199, 0, 'FFFFFF', 2);
    expectColor(picture, 0, 99, '000000', 2);
    // At (150, 50) the line's share is 0.5 + 50 sin 45 / (300 sin 45).
    const grey = Math.round(255 * (0.5 + 50.5 / 300 - 0.5 / 300))
      .toString(16)
      .padStart(2, '0');
    expectColor(picture, 150, 50, grey.repeat(3));
  });

  it('mixes colours with their alpha multiplied in', async () => {
    const { picture } = await gradient(
      90,
      [
        [0, 'FF000000'],
        [1, '0000FFFF'],
      ],
      101,
      1,
    );
    expectColor(picture, 50, 0, '0000FF80');
  });

  it('stands still before its first stop and jumps where two are at one place', async () => {
    const { picture } = await gradient(
      90,
      [
        [0.25, 'FF0000'],
        [0.5, 'FF0000'],
        [0.5, '00FF00'],
        [0.75, '0000FF'],
      ],
      100,
      1,
    );
    expectColor(picture, 0, 0, 'FF0000', 0);
    expectColor(picture, 49, 0, 'FF0000', 0);
    expectColor(picture, 50, 0, '00FF00', 6);
    expectColor(picture, 99, 0, '0000FF', 0);
  });
});

describe('a radial gradient', () => {
  it('is an ellipse that reaches its last colour in the corners', async () => {
    const stops = [
      { at: 0, color: color('FFFFFF') },
      { at: 1, color: color('000000') },
    ];
    const { picture } = await bench.draw({ kind: 'RADIAL_GRADIENT', stops }, 200, 100);
    expectColor(picture, 100, 50, 'FEFEFE', 2);
    expectColor(picture, 0, 0, '000000', 2);
    // Half way to the right edge is half of 1 / √2, half way to the upper edge as well.
    const grey = Math.round(255 * (1 - Math.SQRT1_2 / 2))
      .toString(16)
      .repeat(3);
    expectColor(picture, 150, 50, grey, 2);
    expectColor(picture, 100, 25, grey, 2);
  });
});

describe('a mask of round corners', () => {
  it('is grey, white inside, black in the corners, with a soft edge on the circle', async () => {
    const { picture } = await bench.draw(
      { kind: 'ROUNDED_MASK', box: { width: 100, height: 60, radius: 20 } },
      100,
      60,
    );
    expect(picture.channels).toBe(1);
    expectColor(picture, 50, 0, 'FFFFFF', 0);
    expectColor(picture, 0, 30, 'FFFFFF', 0);
    expectColor(picture, 0, 0, '000000', 0);
    const at = 20 - 20 * Math.SQRT1_2;
    expectColor(picture, Math.ceil(at) + 1, Math.ceil(at) + 1, 'FFFFFF', 0);
    expectColor(picture, Math.floor(at) - 2, Math.floor(at) - 2, '000000', 0);
    const sum = picture.data.reduce((total, value) => total + value / 255, 0);
    expect(Math.abs(sum - (6000 - (4 - Math.PI) * 400))).toBeLessThan(4);
  });

  it('is an ellipse at most: half of the shorter side counts', async () => {
    const { picture } = await bench.draw(
      { kind: 'ROUNDED_MASK', box: { width: 100, height: 60, radius: 500 } },
      100,
      60,
    );
    const sum = picture.data.reduce((total, value) => total + value / 255, 0);
    expect(Math.abs(sum - (6000 - (4 - Math.PI) * 900))).toBeLessThan(15);
  });
});

describe('a border', () => {
  it('is a line at the edges, empty inside, round outside where it is round inside', async () => {
    const line = { kind: 'BORDER', line: 5, color: color('FFCC00') } as const;
    const { picture } = await bench.draw({ ...line, radius: 10 }, 100, 60);
    expectColor(picture, 50, 4, 'FFCC00', 0);
    expectColor(picture, 50, 5, '00000000', 0);
    expectColor(picture, 0, 0, '00000000', 0);
    const area = 6000 - (4 - Math.PI) * 225 - (90 * 50 - (4 - Math.PI) * 100);
    expect(Math.abs(inkOf(picture).amount - area)).toBeLessThan(6);
    const square = await bench.draw({ ...line, radius: 0 }, 100, 60);
    expectColor(square.picture, 0, 0, 'FFCC00', 0);
    expect(inkOf(square.picture).amount).toBeCloseTo(6000 - 90 * 50, 0);
  });
});

describe("a box's shadow", () => {
  const shadowOf = (x: number, y: number, blur: number, box = { width: 80, height: 40, radius: 0 }) =>
    bench.draw({ kind: 'BOX_SHADOW', box, overlap: 0, shadow: { x, y, blur, color: color('0000FF80') } }, 240, 200);

  it('is as much ink as the box has, at its place, less what lies under the box', async () => {
    const { picture } = await shadowOf(70, 60, 0);
    expectColor(picture, 80 + 70, 80 + 60, '0000FF80', 1);
    expect(inkOf(picture).amount).toBeCloseTo((80 * 40 * 128) / 255, -1);
    expect(pixelAt(picture, 120, 100)[3]).toBe(0);
  });

  it('has the deviation that is asked for, and nothing where the box is', async () => {
    const { picture } = await shadowOf(0, 0, 12);
    expect(pixelAt(picture, 120, 100)[3]).toBe(0);
    // Just below the lower edge, in the middle of the width, half of it is left but for what the upper edge takes.
    const edge = pixelAt(picture, 120, 120)[3] / 128;
    expect(edge).toBeGreaterThan(0.43);
    expect(edge).toBeLessThan(0.52);
    // One deviation further: 1 - Φ(1).
    const further = pixelAt(picture, 120, 132)[3] / 128;
    expect(further).toBeGreaterThan(0.12);
    expect(further).toBeLessThan(0.2);
  });

  it('leaves nothing of round corners uncovered', async () => {
    const { picture } = await shadowOf(0, 0, 0, { width: 80, height: 40, radius: 15 });
    expect(inkOf(picture).amount).toBeLessThan(15);
  });
});
