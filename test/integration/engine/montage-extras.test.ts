import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_OUTPUTS } from '../../../src/composition/output-spec.js';
import { ffmpeg } from '../../fixtures/run-ffmpeg.js';
import { frequencyAt } from '../../support/audio-content.js';
import { colorDistance, readSound, readVideo } from '../../support/media-content.js';
import { montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const RED = 'C81E1E';
const BLUE = '1E3CC8';
const YELLOW = 'C8B41E';
const TOLERANCE = 10;
const asset = (uri: string) => ({ uri, field: `spec of ${uri}` });

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  const { media } = bench;
  await media.video('red.mp4', { size: '144x256', colors: [RED], secondsEach: 2 });
  await media.video('blue.mp4', { size: '144x256', colors: [BLUE], secondsEach: 2 });
  await media.tones('300.wav', { hz: [300], secondsEach: 2 });
  await media.tones('700.wav', { hz: [700], secondsEach: 2 });
  const withSound = (video: string, sound: string, to: string) =>
    ffmpeg([
      '-i',
      media.path(video),
      '-i',
      media.path(sound),
      '-c:v',
      'copy',
      '-c:a',
      'aac',
      '-shortest',
      media.path(to),
    ]);
  await withSound('red.mp4', '300.wav', 'red-300.mp4');
  await withSound('blue.mp4', '700.wav', 'blue-700.mp4');
  await media.image('yellow.png', { size: '40x20', colors: [YELLOW, YELLOW, YELLOW, YELLOW] });
  await media.image('halves.png', { size: '512x256', colors: [RED, BLUE, RED, BLUE] });
});
afterAll(() => bench.close());

describe('a montage', () => {
  it('has intro and outro, a transition by name, its own sound, a watermark and another frame rate', async () => {
    const { output, file } = await bench.render(
      montageOf(0, {
        materials: [asset('red.mp4'), asset('blue-700.mp4')],
        longestClipUs: 1_000_000,
        frameRate: { num: 25, den: 1 },
        transition: { kind: 'CROSS', name: 'wipeleft', durationUs: 400_000, field: 'f' },
        materialSound: { gainDb: 0 },
        intro: asset('red-300.mp4'),
        outro: asset('yellow.png'),
        fit: 'FILL',
        watermark: { asset: asset('yellow.png'), corner: { x: 0, y: 1 }, size: 40, margin: 10, opacity: 1 },
      }),
    );
    // 2 s, two clips of 1 s that share 0.4 s, and an image of 1 s.
    expect(output).toMatchObject({ frameCount: 50 + 40 + 25, durationUs: 4_600_000 });
    const video = await readVideo(file);
    const expectAt = (frame: number, x: number, y: number, color: string) => {
      const is = video.colorAt(frame, x, y, 2);
      expect(colorDistance(is, color), `${frame} at ${x}, ${y}: ${is.join(' ')}, not ${color}`).toBeLessThan(TOLERANCE);
    };
    for (const [frame, color] of [
      [0, RED],
      [49, RED],
      [64, RED],
      [75, BLUE],
      [89, BLUE],
      [90, YELLOW],
      [114, YELLOW],
    ] as const)
      expectAt(frame, 0.5, 0.5, color);
    // In the middle of the wipe, the next clip comes from the right.
    expectAt(70, 0.2, 0.3, RED);
    expectAt(70, 0.8, 0.3, BLUE);
    // The logo of 40 x 20 stands at the bottom of its box, 10 pixels from both edges.
    for (const [x, y, color] of [
      [13, 243, YELLOW],
      [47, 229, YELLOW],
      [13, 220, RED],
      [5, 243, RED],
      [55, 243, RED],
      [30, 251, RED],
    ] as const)
      expectAt(20, x / 144, y / 256, color);
    const { left } = await readSound(file);
    expect(frequencyAt(left, 0.5, 1.5)).toBeCloseTo(300, -1);
    expect(frequencyAt(left, 2.1, 2.5)).toBe(0);
    expect(frequencyAt(left, 3.1, 3.5)).toBeCloseTo(700, -1);
    expect(frequencyAt(left, 3.8, 4.5)).toBe(0);
  });

  it('keeps the focus of a material in view', async () => {
    const materials = [
      { ...asset('halves.png'), focus: { x: 0.1, y: 0.5 } },
      { ...asset('halves.png'), focus: { x: 0.9, y: 0.5 } },
    ];
    const { file } = await bench.render(montageOf(0, { materials, longestClipUs: 200_000 }));
    const video = await readVideo(file);
    expect(colorDistance(video.colorAt(3, 0.5, 0.25), RED)).toBeLessThan(TOLERANCE);
    expect(colorDistance(video.colorAt(9, 0.5, 0.25), BLUE)).toBeLessThan(TOLERANCE);
  });

  it('has its watermark in the same corner of a cut', async () => {
    const watermark = { asset: asset('yellow.png'), corner: { x: 1, y: 1 }, size: 40, margin: 10, opacity: 1 } as const;
    const format = { kind: 'mp4', videoCodec: 'H264' } as const;
    const square = { shape: { width: 1, height: 1 }, focus: { x: 0.5, y: 0 } };
    const { file } = await bench.render(
      montageOf(0, { materials: [asset('red.mp4')], longestClipUs: 200_000, fit: 'FILL', watermark }),
      {},
      {},
      { outputs: [{ ...DEFAULT_OUTPUTS[0]!, key: 'a.mp4', isNumbered: false, format, crop: square }] },
    );
    const video = await readVideo(file);
    expect([video.width, video.height]).toEqual([144, 144]);
    for (const [x, y, color] of [
      [97, 117, YELLOW],
      [130, 131, YELLOW],
      [130, 111, RED],
      [88, 125, RED],
      [139, 125, RED],
      [110, 139, RED],
    ] as const)
      expect(colorDistance(video.colorAt(3, x / 144, y / 144, 1), color), `${x}, ${y}`).toBeLessThan(TOLERANCE);
  });

  it('refuses a watermark that is a video', async () => {
    const watermark = { asset: asset('red.mp4'), corner: { x: 0, y: 0 }, size: 40, margin: 10, opacity: 1 } as const;
    const failure = await bench.failure(montageOf(0, { materials: [asset('yellow.png')], watermark }));
    expect(failure).toMatchObject({ reason: 'INPUT_NOT_SUPPORTED', field: 'spec of red.mp4' });
  });
});
