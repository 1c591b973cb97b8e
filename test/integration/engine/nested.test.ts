import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFrameBench } from '../../support/frame-bench.js';
import { compose, formOf } from '../../support/timeline.js';
import { readSound, readVideo, toneAt, type VideoContent } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';
import { DEFAULT_OUTPUTS } from '../../../src/composition/output-spec.js';

const LOSSLESS = [{ ...DEFAULT_OUTPUTS[0]!, quality: 'LOSSLESS' as const }];
const color = (hex: string, more: object = {}) => ({ color: { color: hex }, ...more });
const box = (x: number, y: number, width: number, height: number) => ({ layout: { box: { x, y, width, height } } });

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.video('colors.mp4', {
    size: '64x48',
    colors: ['C81E1E', '1EA01E', '1E3CC8'],
    secondsEach: 1,
    matrix: 'bt709',
  });
  for (const [name, hz] of [
    ['low.wav', 440],
    ['high.wav', 2000],
  ] as const)
    await bench.media.make(name, [
      '-f',
      'lavfi',
      '-i',
      `sine=frequency=${hz}:duration=4,volume=4`,
      '-ac',
      '2',
      '-ar',
      '48000',
    ]);
});
afterAll(() => bench.close());

function expectColor(video: VideoContent, frame: number, x: number, y: number, wanted: readonly number[]): void {
  video.colorAt(frame, x, y, 1).forEach((is, c) => {
    expect(
      Math.abs(is - wanted[c]!),
      `frame ${frame} at ${x}, ${y}: ${String(is)} for ${String(wanted)}`,
    ).toBeLessThanOrEqual(5);
  });
}

describe('a timeline in a clip', () => {
  it('is one picture: placed, turned, half transparent as a whole, with its own canvas, times and blend modes', async () => {
    const inner = {
      width: 64,
      height: 32,
      trimStart: '0.5s',
      tracks: [
        { clips: [color('#FF0000', { duration: '1.5s', ...box(0, 0, 75, 100) })] },
        { clips: [color('#0000FF', { duration: '2s', ...box(25, 0, 75, 100) })] },
        // Multiplied with what is in it, and nothing below it: over nothing it is itself.
        { clips: [color('#00C800', { duration: '2s', blend: 'BLEND_MODE_MULTIPLY', ...box(0, 50, 100, 50) })] },
      ],
    };
    const form = formOf({
      canvas: { width: 128, height: 96, frameRate: '10', background: '#FFFFFF' },
      duration: '3s',
      tracks: [
        {
          clips: [
            {
              start: '1s',
              opacity: 0.5,
              rotation: 180,
              timeline: { width: 64, height: 32, tracks: [{ clips: [{ timeline: inner }] }] },
              ...box(0, 0, 50, 33.3333),
            },
          ],
        },
      ],
    });
    const video = await readVideo((await bench.render(form, {}, {}, { outputs: LOSSLESS })).file);
    expect(video.frames).toHaveLength(30);
    const white = [255, 255, 255];
    for (const frame of [9, 25]) expectColor(video, frame, 0.45, 0.28, white);
    // Turned upside down: its left upper corner is at the right and below.
    for (const frame of [10, 19]) {
      expectColor(video, frame, 0.45, 0.28, [255, 127, 127]);
      expectColor(video, frame, 0.2, 0.28, [127, 127, 255]);
      expectColor(video, frame, 0.2, 0.06, [127, 127, 127]);
      expectColor(video, frame, 0.7, 0.28, white);
    }
    // Its red ends at 1.5 s, which is 1 s after it begins; then green is over nothing.
    expectColor(video, 20, 0.45, 0.28, white);
    expectColor(video, 20, 0.45, 0.06, [127, 227, 127]);
    expectColor(video, 24, 0.2, 0.28, [127, 127, 255]);
  });

  it.each(['BURNED', 'SOFT'] as const)(
    'has its subtitles in its picture, where text of the whole is %s',
    async (captions) => {
      const inner = {
        width: 160,
        height: 90,
        trimStart: '1s',
        duration: '4s',
        tracks: [
          {
            clips: [
              {
                start: '1s',
                duration: '3s',
                subtitles: {
                  cues: { cues: [{ start: '0.5s', end: '1.5s', text: 'a' }] },
                  style: {
                    ...{
                      boxColor: '#00C800',
                      textColor: '#00C800',
                      boxShape: 'BOX_SHAPE_WIDE',
                      fontSize: 300,
                      outlineWidth: 0,
                    },
                    position: 'POSITION_CENTER',
                  },
                },
              },
            ],
          },
        ],
      };
      const form = formOf({
        canvas: { width: 160, height: 90, frameRate: '10', background: '#FFFFFF' },
        tracks: [{ clips: [{ timeline: inner, opacity: 0.5, ...box(50, 0, 50, 50) }] }],
      });
      const outputs = [{ ...LOSSLESS[0]!, captions }];
      const video = await readVideo((await bench.render(form, {}, {}, { outputs })).file);
      expect(video.frames).toHaveLength(30);
      const white = [255, 255, 255];
      for (const frame of [0, 4, 15, 29]) expectColor(video, frame, 0.75, 0.25, white);
      for (const frame of [5, 10, 14]) {
        expectColor(video, frame, 0.75, 0.25, [127, 227, 127]);
        // Beside the box, and outside of the clip.
        expectColor(video, frame, 0.51, 0.25, white);
        expectColor(video, frame, 0.25, 0.5, white);
      }
    },
  );

  it('has the same frames in every section, and is alone with its own transitions and movement', async () => {
    const bench = await createFrameBench();
    try {
      await bench.media.make('count.mp4', [
        ...['-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=10:duration=4', '-c:v', 'libx264', '-bf', '3'],
      ]);
      const video = (more: object) => ({ video: { uri: 'count.mp4', muted: true }, ...more });
      const inner = {
        width: 48,
        height: 48,
        trimStart: '0.3s',
        tracks: [
          {
            clips: [
              video({ duration: '2s' }),
              video({ duration: '2s', transition: { kind: 'wipeleft', duration: '1s' } }),
            ],
          },
          {
            clips: [
              video({ duration: '2.5s', ...box(20, 20, 40, 40), enter: { kind: 'KIND_SLIDE_LEFT', duration: '1s' } }),
            ],
          },
        ],
      };
      const { composition } = compose(
        {
          canvas: { width: 96, height: 72, frameRate: '10' },
          tracks: [{ clips: [{ timeline: inner, rotation: 20, blend: 'BLEND_MODE_SCREEN', ...box(10, 10, 80, 80) }] }],
        },
        { visual: { 'count.mp4': 4 } },
      );
      const whole = await bench.frames(composition);
      expect(whole.count).toBe(27);
      const size = whole.bytes.length / 27;
      for (const [startFrame, frames] of [
        [4, 9],
        [13, 14],
      ] as const) {
        const { bytes } = await bench.frames(composition, { startFrame, frames });
        expect(bytes.equals(whole.bytes.subarray(startFrame * size, (startFrame + frames) * size))).toBe(true);
      }
    } finally {
      await bench.close();
    }
  });

  it('holds a picture that leaves bars at its own pixel, also at an odd one', async () => {
    await bench.media.image('wide.png', { size: '64x26', colors: ['FFFFFF', 'FFFFFF', 'FFFFFF', 'FFFFFF'] });
    const canvas = { width: 64, height: 48 };
    const inner = { ...canvas, tracks: [{ clips: [{ image: { uri: 'wide.png' }, layout: { fit: 'FIT_CONTAIN' } }] }] };
    const form = formOf({ canvas, duration: '0.1s', tracks: [{ clips: [{ timeline: inner, toEnd: true }] }] });
    const { file } = await bench.render(form, {}, {}, { outputs: LOSSLESS });
    const [frame] = (await readVideo(file)).frames;
    const bright = Array.from({ length: 48 }, (_, y) => frame![(y * 64 + 32) * 3]! > 127);
    expect([bright.indexOf(true), bright.lastIndexOf(true)]).toEqual([11, 36]);
  });

  it('is the matte of a clip, frame by frame, in every section', async () => {
    // A grey that moves from the left half to the right at 1 s, and a hole of nothing in the lower half.
    const matte = {
      trimStart: '1s',
      tracks: [
        {
          clips: [
            color('#808080', { duration: '2s', ...box(0, 0, 50, 50) }),
            color('#FFFFFF', { duration: '2s', ...box(50, 0, 50, 50) }),
          ],
        },
      ],
    };
    const clip = (x: number, more: object) =>
      color('#C81E1E', { toEnd: true, matte: { timeline: matte, ...more }, ...box(x, 0, 25, 100) });
    const form = formOf({
      canvas: { width: 160, height: 40, frameRate: '1', background: '#FFFFFF' },
      duration: '14s',
      tracks: [
        { clips: [clip(0, {})] },
        { clips: [clip(25, { inverted: true })] },
        { clips: [clip(50, { kind: 'KIND_ALPHA' })] },
        { clips: [{ ...clip(75, { kind: 'KIND_ALPHA', inverted: true }), rotation: 180, opacity: 0.5 }] },
      ],
    });
    const video = await readVideo((await bench.render(form, {}, {}, { outputs: LOSSLESS })).file);
    expect(video.frames).toHaveLength(14);
    const [red, white, pink] = [
      [200, 30, 30],
      [255, 255, 255],
      [227, 142, 142],
    ];
    const mixed = red.map((value) => (value * 128 + 255 * 127) / 255);
    // The first second has the grey at the left, the two after it white at the right, the rest nothing.
    for (const [frame, seen] of [
      [0, [mixed, white, mixed, red, red, white, pink, white]],
      [1, [white, red, red, white, white, red, white, pink]],
      [2, [white, red, red, white, white, red, white, pink]],
      [3, [white, white, red, red, white, white, pink, pink]],
      [13, [white, white, red, red, white, white, pink, pink]],
    ] as const)
      seen.forEach((wanted, i) => {
        // Turned upside down, the last one has its upper half below.
        expectColor(video, frame, (i + 0.5) / 8, i < 6 ? 0.25 : 0.75, wanted);
      });
    expectColor(video, 0, 1 / 16, 0.75, white);
    expectColor(video, 0, 5 / 16, 0.75, red);
    expectColor(video, 0, 13 / 16, 0.25, pink);
  });

  it('shows the frames of its files, and gives its sound to its track', async () => {
    const form = formOf({
      canvas: { width: 64, height: 48, frameRate: '10' },
      tracks: [
        {
          gainDb: -6,
          clips: [
            color('#000000', { duration: '1s' }),
            {
              duration: '2s',
              timeline: {
                trimStart: '1s',
                gainDb: -6,
                tracks: [
                  { clips: [{ video: { uri: 'colors.mp4', muted: true } }] },
                  { id: 'speech', clips: [{ audio: { uri: 'high.wav' }, start: '2s' }] },
                  { duck: { under: 'speech', amountDb: 20 }, clips: [{ audio: { uri: 'low.wav' }, sameAs: 'v' }] },
                  { clips: [color('#00000000', { id: 'v', duration: '3s' })] },
                ],
              },
            },
          ],
        },
      ],
    });
    const { file } = await bench.render(form, {}, {}, { outputs: LOSSLESS });
    const video = await readVideo(file);
    expect(video.frames).toHaveLength(30);
    expectColor(video, 9, 0.5, 0.5, [0, 0, 0]);
    for (const frame of [10, 19]) expectColor(video, frame, 0.5, 0.5, [0x1e, 0xa0, 0x1e]);
    for (const frame of [20, 29]) expectColor(video, frame, 0.5, 0.5, [0x1e, 0x3c, 0xc8]);
    const { left } = await readSound(file);
    const whole = toneAt((await readSound(bench.media.path('low.wav'))).left, 440, 1, 1.5);
    expect(toneAt(left, 440, 0.1, 0.9)).toBeLessThan(0.001);
    expect(20 * Math.log10(toneAt(left, 440, 1.1, 1.7) / whole)).toBeCloseTo(-12, 0);
    expect(20 * Math.log10(toneAt(left, 440, 2.3, 2.9) / whole)).toBeLessThan(-28);
    expect(20 * Math.log10(toneAt(left, 2000, 2.2, 2.8) / whole)).toBeCloseTo(-12, 0);
    expect(toneAt(left, 2000, 1, 1.9)).toBeLessThan(0.001);
  });
});
