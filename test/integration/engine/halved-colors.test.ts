import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Animated } from '../../../src/composition/animated.js';
import type { Layer } from '../../../src/composition/composition.js';
import {
  clipOf,
  compositionOf,
  createFrameBench,
  drawnFile,
  layerOf,
  placed,
  type FrameBench,
} from '../../support/frame-bench.js';

let bench: FrameBench;

beforeAll(async () => {
  bench = await createFrameBench();
  const { media } = bench;
  await media.image('colors.png', { size: '80x40', colors: ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E'] });
  await media.video('colors.mp4', { size: '80x40', colors: ['C81E1E', '1EA01E'], secondsEach: 1 });
  // The hidden colour of its transparent pixels is green.
  await media.make('disc.png', [
    ...['-f', 'lavfi', '-i'],
    "color=c=black:s=160x160,format=rgba,geq=r='200*lt(hypot(X-80,Y-80),70)':g=180:b='30*lt(hypot(X-80,Y-80),70)':a='255*lt(hypot(X-80,Y-80),70)'",
    ...['-frames:v', '1'],
  ]);
  await media.make('mask.png', [
    ...['-f', 'lavfi', '-i', "color=c=black:s=41x31,format=gray,geq=lum='if(lt(X,20),255,if(lt(X,30),128,0))'"],
    ...['-frames:v', '1'],
  ]);
});
afterAll(() => bench.close());

const to = (from: number, end: number): Animated => [
  { at: 0, value: from },
  { at: 9, value: end },
];
const mask = { uri: 'drawing:mask', field: '' };

const LAYERS: readonly (readonly [string, readonly Layer[]])[] = [
  [
    'an odd box at an odd place',
    [layerOf(clipOf('colors.mp4', 0, 10, { placement: placed(41, 31, { x: 33.5, y: 30.5 }) }))],
  ],
  ['a box partly outside', [layerOf(clipOf('colors.png', 0, 10, { placement: placed(41, 31, { x: 3.5, y: 0.5 }) }))]],
  ['alpha of its own', [layerOf(clipOf('disc.png', 0, 10, { placement: placed(41, 41, { x: 40.5, y: 30.5 }) }))]],
  ['a mask', [layerOf(clipOf('colors.mp4', 0, 10, { placement: placed(41, 31, { x: 33.5, y: 30.5, mask }) }))]],
  ['opacity', [layerOf(clipOf('colors.png', 0, 10, { opacity: 0.5, placement: placed(40, 30, { x: 34, y: 31 }) }))]],
  [
    'opacity that moves',
    [layerOf(clipOf('disc.png', 0, 10, { opacity: to(0.2, 1), placement: placed(40, 40, { x: 34.5, y: 31 }) }))],
  ],
  [
    'movement',
    [
      layerOf(clipOf('colors.mp4', 0, 10, { placement: placed(41, 30, { x: to(30, 36), y: 30.3 }) })),
      layerOf(clipOf('disc.png', 0, 10, { placement: placed(30, 31, { x: to(20, 70), y: to(60, 33) }) })),
    ],
  ],
  [
    'a turn',
    [layerOf(clipOf('disc.png', 0, 10, { placement: placed(41, 30, { x: 40, y: 30, rotation: to(0, 60) }) }))],
  ],
];

it.each(LAYERS)('what is mixed in halved colours looks as what is mixed in full ones: %s', async (_, layers) => {
  const composition = compositionOf(layers, 10, { drawings: [drawnFile('mask', 41, 31)] });
  const [fine, halved] = await Promise.all([
    bench.frames(composition, undefined, { colors: 'full', halved: true }),
    bench.frames(composition, undefined, { colors: 'halved' }),
  ]);
  expect(halved.count).toBe(10);
  let [sum, brightest] = [0, 0];
  for (let i = 0; i < fine.bytes.length; i += 3) {
    const difference = [0, 1, 2].map((part) => halved.bytes[i + part]! - fine.bytes[i + part]!);
    const [r = 0, g = 0, b = 0] = difference;
    sum += Math.max(...difference.map(Math.abs));
    brightest = Math.max(brightest, Math.abs(0.2126 * r + 0.7152 * g + 0.0722 * b));
  }
  // Colours beside an edge are those of another scaler; brightness is the same.
  expect(sum / (fine.bytes.length / 3)).toBeLessThan(1.5);
  expect(brightest).toBeLessThan(6);
});
