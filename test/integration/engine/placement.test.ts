import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fit, Placement, VisualClip } from '../../../src/composition/composition.js';
import { colorDistance } from '../../support/media-content.js';
import {
  clipOf,
  compositionOf,
  createFrameBench,
  drawnFile,
  layerOf,
  placed,
  type FrameBench,
  type RawFrames,
} from '../../support/frame-bench.js';

const [RED, GREEN, BLUE, YELLOW, GREY] = ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E', '808080'] as const;
let bench: FrameBench;

beforeAll(async () => {
  bench = await createFrameBench();
  const { media } = bench;
  // Red, green, blue and yellow, clockwise from top left.
  await media.image('wide.png', { size: '80x40', colors: [RED, GREEN, BLUE, YELLOW] });
  await media.image('small.png', { size: '20x10', colors: [RED, GREEN, BLUE, YELLOW] });
  await media.image('red.png', { size: '16x16', colors: [RED, RED, RED, RED] });
  await media.make('mask.png', [
    ...['-f', 'lavfi', '-i', "color=c=black:s=41x31,format=gray,geq=lum='if(lt(X,20),255,if(lt(X,30),128,0))'"],
    ...['-frames:v', '1'],
  ]);
  // A hard-edged disc; the pixels around it are black and transparent.
  await media.make('disc.png', [
    ...['-f', 'lavfi', '-i'],
    "color=c=black:s=160x160,format=rgba,geq=r='200*lt(hypot(X-80,Y-80),70)':g='180*lt(hypot(X-80,Y-80),70)':b='30*lt(hypot(X-80,Y-80),70)':a='255*lt(hypot(X-80,Y-80),70)'",
    ...['-frames:v', '1'],
  ]);
  await media.video('colors.mp4', { size: '80x40', colors: [RED, GREEN, BLUE], secondsEach: 1 });
});
afterAll(() => bench.close());

const SAME = 3;

function expectAt(frames: RawFrames, [x, y]: readonly [number, number], hex: string, within = SAME, frame = 0) {
  const is = frames.at(frame, x, y);
  expect(colorDistance(is, hex), `frame ${frame} at ${x}, ${y}: ${is.join(' ')}, not ${hex}`).toBeLessThanOrEqual(
    within,
  );
}

/** The first frame of one clip on grey. */
function still(uri: string, placement: Placement, changes: Partial<VisualClip> = {}): Promise<RawFrames> {
  const drawings = [drawnFile('mask', 41, 31)];
  return bench.frames(compositionOf([layerOf(clipOf(uri, 0, 2, { placement, ...changes }))], 2, { drawings }));
}

it.each(['COVER', 'NONE', 'SCALE_DOWN', 'CONTAIN_BLUR'] as const)(
  'a focus has the same picture with and without a placement of the whole frame: %s',
  async (fit) => {
    const focus = { x: 0.1, y: 0.9 };
    const { width, height } = compositionOf([], 1);
    const whole = placed(width, height, { x: width / 2, y: height / 2, focus });
    const [plain, other] = await Promise.all([
      bench.frames(compositionOf([layerOf(clipOf('wide.png', 0, 2, { fit, focus }))], 2)),
      still('wide.png', whole, { fit }),
    ]);
    const isFlat = (x: number, y: number) =>
      [-3, 0, 3].every((dx) =>
        [-3, 0, 3].every((dy) => colorDistance(other.at(0, x + dx, y + dy), hexOf(other.at(0, x, y))) <= SAME),
      );
    // At edges the one is softer: its colours are subsampled.
    for (let y = 3; y < height - 3; y += 1)
      for (let x = 3; x < width - 3; x += 1)
        if (isFlat(x, y)) expectAt(plain, [x, y], hexOf(other.at(0, x, y)), 4 * SAME);
  },
);

function hexOf(color: readonly number[]): string {
  return color.map((value) => value.toString(16).padStart(2, '0')).join('');
}

/** Places of a box of 41 x 31 whose left upper pixel is 13, 9, and the colours there. */
const FITS: { readonly [Each in Fit]: readonly (readonly [x: number, y: number, color: string])[] } = {
  COVER: [
    ...([
      [13, 9, RED],
      [53, 9, GREEN],
      [13, 39, YELLOW],
      [53, 39, BLUE],
    ] as const),
    ...([
      [12, 9, GREY],
      [54, 9, GREY],
      [13, 8, GREY],
      [13, 40, GREY],
    ] as const),
  ],
  FILL: [
    ...([
      [13, 9, RED],
      [53, 9, GREEN],
      [13, 39, YELLOW],
      [53, 39, BLUE],
    ] as const),
    ...([
      [12, 9, GREY],
      [54, 39, GREY],
      [13, 8, GREY],
      [53, 40, GREY],
    ] as const),
  ],
  // 41 x 21, with bars of 5 pixels above and below.
  CONTAIN: [
    ...([
      [13, 13, GREY],
      [13, 14, RED],
      [53, 14, GREEN],
      [13, 34, YELLOW],
      [53, 34, BLUE],
      [53, 35, GREY],
    ] as const),
  ],
  NONE: [
    ...([
      [13, 9, RED],
      [53, 9, GREEN],
      [13, 39, YELLOW],
      [53, 39, BLUE],
    ] as const),
    ...([
      [12, 9, GREY],
      [54, 39, GREY],
    ] as const),
  ],
  SCALE_DOWN: [
    [13, 13, GREY],
    [13, 14, RED],
    [53, 34, BLUE],
    [53, 35, GREY],
  ],
  CONTAIN_BLUR: [
    [13, 9, RED],
    [53, 9, GREEN],
    [13, 14, RED],
    [53, 34, BLUE],
    [13, 39, YELLOW],
    [12, 20, GREY],
  ],
};

describe('a placed clip', () => {
  const BOX = placed(41, 31, { x: 33.5, y: 24.5 });

  it.each(Object.entries(FITS))('fits into its box by %s, to the pixel', async (fit, places) => {
    const frames = await still('wide.png', BOX, { fit: fit as Fit });
    for (const [x, y, color] of places) expectAt(frames, [x, y], color, fit === 'CONTAIN_BLUR' ? 12 : SAME);
  });

  it.each(['CONTAIN', 'SCALE_DOWN'] as const)(
    'ends by %s on the pixels that are nearest, above as below',
    async (fit) => {
      // 31 x 15.5, with 12.75 pixels above and below.
      const frames = await still('wide.png', placed(31, 41, { x: 28.5, y: 29.5 }), { fit });
      for (const [y, color] of [
        [21, GREY],
        [22, RED],
        [36, YELLOW],
        [37, GREY],
      ] as const)
        expectAt(frames, [14, y], color);
    },
  );

  it('keeps its own size by NONE and SCALE_DOWN where that is smaller', async () => {
    for (const fit of ['NONE', 'SCALE_DOWN'] as const) {
      const frames = await still('small.png', BOX, { fit });
      for (const [x, y, color] of [
        [23, 18, GREY],
        [23, 19, RED],
        [42, 19, GREEN],
        [42, 28, BLUE],
        [43, 28, GREY],
        [42, 29, GREY],
      ] as const)
        expectAt(frames, [x, y], color);
    }
  });

  it('keeps its focus in view', async () => {
    const left = await still('wide.png', { ...BOX, focus: { x: 0, y: 0.5 } }, { fit: 'COVER' });
    expectAt(left, [53, 9], GREEN);
    expectAt(left, [42, 9], RED);
    const right = await still('wide.png', { ...BOX, focus: { x: 1, y: 0.5 } }, { fit: 'COVER' });
    expectAt(right, [24, 9], GREEN);
    const corner = await still('wide.png', { ...BOX, focus: { x: 1, y: 1 } }, { fit: 'NONE' });
    expectAt(corner, [16, 16], GREEN);
    expectAt(corner, [16, 22], BLUE);
  });

  it('shows a part of its source', async () => {
    const part = { left: 0.5, top: 0, width: 0.5, height: 0.5 };
    const frames = await still('wide.png', { ...BOX, part }, { fit: 'FILL' });
    for (const [x, y] of [
      [13, 9],
      [53, 9],
      [13, 39],
      [53, 39],
    ] as const)
      expectAt(frames, [x, y], GREEN);
  });

  it('is flipped', async () => {
    const across = await still('wide.png', { ...BOX, flipHorizontal: true });
    expectAt(across, [13, 9], GREEN);
    expectAt(across, [53, 39], YELLOW);
    const both = await still('wide.png', { ...BOX, flipHorizontal: true, flipVertical: true });
    expectAt(both, [13, 9], BLUE);
    expectAt(both, [53, 9], YELLOW);
  });

  it.each(['wide.png', 'colors.mp4'])('shows %s where its mask is white', async (uri) => {
    const frames = await still(uri, { ...BOX, mask: { uri: 'drawing:mask', field: '' } });
    expectAt(frames, [13, 9], RED);
    expectAt(frames, [29, 9], RED);
    expectAt(frames, [43, 9], GREY);
    expectAt(frames, [53, 39], GREY);
    const other = uri === 'wide.png' ? GREEN : RED;
    const mixed = [0, 2, 4].map((at) => parseInt(other.slice(at, at + 2), 16)).map((v) => Math.round((v + 0x80) / 2));
    expectAt(frames, [38, 9], mixed.map((v) => v.toString(16).padStart(2, '0')).join(''));
  });

  it('shows the layers below its opacity, constant and moving', async () => {
    const opacity = [
      { at: 0, value: 0 },
      { at: 4, value: 1 },
    ] as const;
    const frames = await bench.frames(
      compositionOf(
        [
          layerOf(clipOf('red.png', 0, 5, { placement: BOX, opacity: 0.5 })),
          layerOf(clipOf('red.png', 1, 5, { placement: placed(20, 20), opacity })),
        ],
        6,
      ),
    );
    expectAt(frames, [40, 30], 'A44F4F');
    expectAt(frames, [2, 2], GREY, SAME, 1);
    expectAt(frames, [2, 2], 'A44F4F', SAME, 3);
    expectAt(frames, [2, 2], RED, SAME, 5);
  });

  it('may lie partly or wholly outside of the frame, or be larger', async () => {
    const corner = await still('wide.png', placed(41, 31, { x: 0, y: 0 }));
    expectAt(corner, [4, 4], BLUE);
    expectAt(corner, [19, 14], BLUE);
    expectAt(corner, [21, 14], GREY);
    expectAt(corner, [19, 16], GREY);
    const beside = await still('wide.png', placed(41, 31, { x: 200, y: -90 }));
    for (const [x, y] of [
      [0, 0],
      [95, 71],
      [50, 30],
    ] as const)
      expectAt(beside, [x, y], GREY);
    const large = await still('wide.png', placed(961, 721, { x: 48, y: 36 }));
    expectAt(large, [0, 0], RED);
    expectAt(large, [95, 71], BLUE);
  });

  it('has no dark rim where its alpha ends', async () => {
    const frames = await still('disc.png', placed(41, 41, { x: 40.5, y: 30.5 }));
    expectAt(frames, [40, 30], YELLOW);
    for (let x = 15; x < 66; x += 1) expect(frames.at(0, x, 30)[0]).toBeGreaterThan(0x80 - 4);
  });

  it('is there for exactly its frames, of any one pixel', async () => {
    const frames = await bench.frames(
      compositionOf([layerOf(clipOf('colors.mp4', 3, 4, { placement: placed(1, 1, { x: 7.5, y: 5.5 }) }))], 10),
    );
    expect(frames.count).toBe(10);
    for (let i = 0; i < 10; i += 1) {
      expectAt(frames, [7, 5], i >= 3 && i < 7 ? RED : GREY, SAME, i);
      for (const [x, y] of [
        [6, 5],
        [8, 5],
        [7, 4],
        [7, 6],
      ] as const)
        expectAt(frames, [x, y], GREY, SAME, i);
    }
  });

  it('shows one frame all the time when frozen', async () => {
    const frozen = { frozen: true, trimStartUs: 1_500_000 };
    const layers = [
      layerOf(clipOf('colors.mp4', 0, 60, frozen)),
      layerOf(clipOf('colors.mp4', 0, 60, { ...frozen, trimStartUs: 2_500_000, placement: placed(10, 10) })),
    ];
    const composition = compositionOf(layers, 60);
    for (const section of [undefined, { startFrame: 50, frames: 10 }]) {
      const frames = await bench.frames(composition, section);
      for (const frame of [0, frames.count - 1]) {
        expectAt(frames, [50, 50], GREEN, SAME, frame);
        expectAt(frames, [5, 5], BLUE, SAME, frame);
      }
    }
  });

  it('shows the last frame of a file when frozen at a time between that frame and the end', async () => {
    const { media } = bench;
    await media.video('even.mp4', { size: '80x40', colors: [RED, BLUE], secondsEach: 1, rate: '25' });
    await media.video('slow.mp4', { size: '80x40', colors: [RED, BLUE], secondsEach: 1, rate: '2' });
    const some = ['-vf', "select='lt(n,10)+eq(n,49)'", '-fps_mode', 'vfr', '-c:v', 'libx264', '-qp', '4'];
    await media.make('uneven.mp4', ['-i', media.path('even.mp4'), ...some]);
    for (const name of ['even.mp4', 'slow.mp4', 'uneven.mp4']) {
      // At 30 frames per second the last frame that is played begins 1/30 s before the end.
      const clip = clipOf(name, 0, 20, { frozen: true, trimStartUs: 1_966_667 });
      const frames = await bench.frames(compositionOf([layerOf(clip)], 20));
      expect(frames.count, name).toBe(20);
      for (const frame of [0, 19]) expectAt(frames, [50, 50], BLUE, SAME, frame);
    }
  });

  it('is one of many at the same time', async () => {
    const at = (i: number) => ({ x: 5 + (i % 10) * 9, y: 10 + Math.floor(i / 10) * 20 });
    const layers = Array.from({ length: 30 }, (_, i) =>
      layerOf(clipOf('red.png', 0, 4, { placement: placed(6, 10, at(i)) })),
    );
    const frames = await bench.frames(compositionOf(layers, 4));
    for (let i = 0; i < 30; i += 1) {
      const { x, y } = at(i);
      expectAt(frames, [x, y], RED, SAME, 3);
      expectAt(frames, [x + 4, y], GREY, SAME, 3);
    }
  });

  it('is cut with the frame', async () => {
    const crop = { left: 10, top: 4, width: 64, height: 48 };
    const frames = await bench.frames(
      compositionOf([layerOf(clipOf('wide.png', 0, 1, { placement: BOX }))], 1, { crop }),
    );
    expectAt(frames, [2, 5], GREY);
    expectAt(frames, [3, 5], RED);
    expectAt(frames, [43, 35], BLUE);
  });
});
