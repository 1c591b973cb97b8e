import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Animated } from '../../../src/composition/animated.js';
import type { CaptionStyle } from '../../../src/composition/captions.js';
import type { CaptionLayer, Composition, VisualClip } from '../../../src/composition/composition.js';
import type { Form, InputUse } from '../../../src/composition/form.js';
import { colorDistance, readSound, readVideo, toneAt, type VideoContent } from '../../support/media-content.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const [RED, GREEN, BLUE, YELLOW, GREY] = ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E', '606060'];
const SIZE = { width: 128, height: 96 };
let bench: RenderBench;

beforeAll(async () => {
  bench = await createRenderBench();
  const { media } = bench;
  for (const [name, color] of Object.entries({ red: RED, blue: BLUE, yellow: YELLOW }))
    await media.video(`${name}.mp4`, { size: '128x96', colors: [color], secondsEach: 3, matrix: 'bt709' });
  await media.video('wide.mp4', { size: '128x32', colors: [YELLOW], secondsEach: 3, matrix: 'bt709' });
  // A yellow disc with a hard edge; the transparent pixels around it are stored as black.
  await media.make('logo.png', [
    '-f',
    'lavfi',
    '-i',
    'color=c=black:s=320x240,format=rgba,geq=r=200*D(X\\,Y):g=180*D(X\\,Y):b=30*D(X\\,Y):a=255*D(X\\,Y)'.replaceAll(
      'D(X\\,Y)',
      'lt(hypot(X-160\\,Y-120)\\,90)',
    ),
    '-frames:v',
    '1',
  ]);
  await media.tones('tone.wav', { hz: [500], secondsEach: 3, amplitude: 0.5 });
});
afterAll(() => bench.close());

const rgb = (hex: string) => ({
  r: parseInt(hex.slice(0, 2), 16),
  g: parseInt(hex.slice(2, 4), 16),
  b: parseInt(hex.slice(4), 16),
  a: 255,
});

function clip(uri: string, startFrame: number, frames: number, changes: Partial<VisualClip> = {}): VisualClip {
  return {
    asset: { uri, field: uri },
    source: uri.endsWith('.png') ? 'image' : 'video',
    startFrame,
    frames,
    fit: 'COVER',
    transition: null,
    trimStartUs: 0,
    speed: 1,
    effects: [],
    opacity: 1,
    ...changes,
  };
}

function captions(text: string, fromFrame: number, toFrame: number, position: CaptionStyle['position']): CaptionLayer {
  const us = (frame: number) => Math.round((frame * 1e6) / 30);
  return {
    kind: 'captions',
    field: 'f',
    cues: [{ startUs: us(fromFrame), endUs: us(toFrame), text }],
    style: {
      font: null,
      fontSize: 24,
      textColor: rgb('FFFFFF'),
      outlineColor: rgb('000000'),
      outlineWidth: 0,
      boxColor: null,
      boxShape: 'TEXT',
      bold: true,
      position,
    },
  };
}

/** A composition that needs no facts, as a form. */
function formOf(changes: Partial<Composition> & Pick<Composition, 'layers'>): Form {
  const composition: Composition = {
    ...SIZE,
    frameRate: { num: 30, den: 1 },
    frames: 60,
    samples: 96_000,
    background: rgb(GREEN),
    audio: [],
    ...changes,
  };
  const clips = composition.layers.flatMap((layer) => (layer.kind === 'clips' ? layer.clips : []));
  const inputs: InputUse[] = [
    ...clips.map(({ asset }): InputUse => ({ role: 'visual', asset, untilUs: 3_000_000, box: SIZE })),
    ...composition.audio.map(({ asset }): InputUse => ({ role: 'audio', asset, measured: false })),
  ];
  return { inputs, compose: () => ({ compositions: [composition], warnings: [] }) };
}

async function render(form: Form): Promise<VideoContent> {
  const { file, output } = await bench.render(form);
  const video = await readVideo(file);
  expect(video.frames).toHaveLength(output.frameCount);
  return video;
}

function expectColor(video: VideoContent, frame: number, [x, y]: readonly [number, number], hex: string, within = 8) {
  const is = video.colorAt(frame, x, y);
  expect(colorDistance(is, hex), `frame ${frame} at ${x}, ${y}: ${is.map(Math.round).join(' ')}`).toBeLessThan(within);
}

/** How many pixels of a part of the frame are white. */
function whiteIn(video: VideoContent, frame: number, half: 'top' | 'bottom'): number {
  const picture = video.frames[frame]!;
  const rows = half === 'top' ? [0, video.height / 2] : [video.height / 2, video.height];
  let white = 0;
  for (let at = rows[0]! * video.width * 3; at < rows[1]! * video.width * 3; at += 3)
    if (Math.min(picture[at]!, picture[at + 1]!, picture[at + 2]!) > 225) white += 1;
  return white;
}

const MIDDLE = [0.5, 0.5] as const;
const LOW = [0.5, 0.95] as const;

describe('layers', () => {
  it('come out as planned: two of clips, a gap, and captions at two places in the stack', async () => {
    const video = await render(
      formOf({
        layers: [
          { kind: 'clips', clips: [clip('red.mp4', 0, 20), clip('blue.mp4', 30, 30)] },
          captions('UNDER', 0, 60, 'TOP'),
          { kind: 'clips', clips: [clip('wide.mp4', 10, 30, { fit: 'CONTAIN' }), clip('yellow.mp4', 50, 5)] },
          captions('OVER', 12, 48, 'BOTTOM'),
        ],
      }),
    );
    // The bottom layer, and the background in its gap.
    for (const frame of [0, 19]) expectColor(video, frame, LOW, RED);
    for (const frame of [20, 29]) expectColor(video, frame, [0.1, 0.9], GREEN);
    for (const frame of [30, 59]) expectColor(video, frame, [0.1, 0.9], BLUE);
    // The layer above: a band in the middle whose bars show what is below; then all of the frame.
    expectColor(video, 9, MIDDLE, RED);
    for (const frame of [10, 25, 39]) expectColor(video, frame, MIDDLE, YELLOW);
    expectColor(video, 40, MIDDLE, BLUE);
    for (const frame of [50, 54]) expectColor(video, frame, [0.1, 0.9], YELLOW);
    expectColor(video, 55, [0.1, 0.9], BLUE);
    // The first captions lie below the second layer of clips: the clip that fills the frame hides them.
    for (const frame of [0, 49, 55]) expect(whiteIn(video, frame, 'top')).toBeGreaterThan(50);
    for (const frame of [50, 54]) expect(whiteIn(video, frame, 'top')).toBe(0);
    // The second ones lie on top, on exactly their frames.
    for (const frame of [12, 47]) expect(whiteIn(video, frame, 'bottom')).toBeGreaterThan(50);
    for (const frame of [11, 48]) expect(whiteIn(video, frame, 'bottom')).toBe(0);
  });

  it('mix by opacity, constant and moving', async () => {
    const rising: Animated = [
      { at: 0, value: 0 },
      { at: 20, value: 1 },
      { at: 30, value: 1 },
      { at: 40, value: 0.25 },
    ];
    const video = await render(
      formOf({
        layers: [
          { kind: 'clips', clips: [clip('red.mp4', 0, 60)] },
          {
            kind: 'clips',
            clips: [clip('blue.mp4', 0, 10, { opacity: 0.5 }), clip('blue.mp4', 10, 50, { opacity: rising })],
          },
        ],
      }),
    );
    const mix = (share: number) =>
      [0, 2, 4]
        .map((at) => {
          const [low, high] = [RED, BLUE].map((hex) => parseInt(hex.slice(at, at + 2), 16));
          return Math.round(low! + (high! - low!) * share)
            .toString(16)
            .padStart(2, '0');
        })
        .join('');
    for (const frame of [0, 9]) expectColor(video, frame, MIDDLE, mix(0.5));
    for (const [frame, share] of [
      [10, 0],
      [15, 0.25],
      [20, 0.5],
      [30, 1],
      [40, 1],
      [45, 0.625],
      [50, 0.25],
      [59, 0.25],
    ] as const)
      expectColor(video, frame, MIDDLE, mix(share));
  });

  it('mix the bottom layer with the background', async () => {
    const video = await render(
      formOf({ layers: [{ kind: 'clips', clips: [clip('red.mp4', 0, 60, { opacity: 0 })] }] }),
    );
    expectColor(video, 30, MIDDLE, GREEN);
  });

  it.each([['on the bottom layer'], ['above another']])(
    'show a logo with hard edges without a dark rim %s',
    async (where) => {
      const logo = { kind: 'clips' as const, clips: [clip('logo.png', 0, 60, { fit: 'CONTAIN' })] };
      await bench.media.image('grey.png', { size: '128x96', colors: [GREY, GREY, GREY, GREY] });
      const below = { kind: 'clips' as const, clips: [clip('grey.png', 0, 60)] };
      const layers = where === 'above another' ? [below, logo] : [logo];
      const video = await render(formOf({ layers, background: rgb(GREY) }));
      expectColor(video, 30, MIDDLE, YELLOW);
      expectColor(video, 30, [0.05, 0.05], GREY);
      // Along a line through the middle nothing is darker than the darker of the two: a rim would be.
      const row = Array.from({ length: SIZE.width }, (_, x) => video.colorAt(30, (x + 0.5) / SIZE.width, 0.5, 0));
      const luma = row.map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b);
      expect(Math.min(...luma)).toBeGreaterThan(0x60 - 6);
    },
  );

  it('fade between clips with alpha without showing hidden colours', async () => {
    const video = await render(
      formOf({
        layers: [
          { kind: 'clips', clips: [clip('red.mp4', 0, 60)] },
          {
            kind: 'clips',
            clips: [
              clip('logo.png', 0, 40, { fit: 'CONTAIN' }),
              clip('blue.mp4', 20, 40, { transition: { kind: 'fade', frames: 20 } }),
            ],
          },
        ],
      }),
    );
    expectColor(video, 10, MIDDLE, YELLOW);
    expectColor(video, 10, [0.05, 0.05], RED);
    // Half of the blue over the red: the black that is stored in the logo's transparent pixels would make it darker.
    expectColor(video, 30, [0.05, 0.05], '732D73', 14);
    expectColor(video, 59, MIDDLE, BLUE);
  });
});

it('change an audio gain with keyframes evenly', async () => {
  const { file } = await bench.render(
    formOf({
      layers: [{ kind: 'clips', clips: [clip('red.mp4', 0, 60)] }],
      audio: [
        {
          asset: { uri: 'tone.wav', field: 'tone.wav' },
          startSample: 0,
          samples: 96_000,
          loop: false,
          fadeOutSamples: 0,
          gainDb: [
            { at: 0, value: 0 },
            { at: 96_000, value: -40 },
          ],
        },
      ],
    }),
  );
  const { left } = await readSound(file);
  for (const [second, db] of [
    [0.1, -2],
    [1, -20],
    [1.8, -36],
  ] as const) {
    const level = 20 * Math.log10(toneAt(left, 500, second - 0.02, second + 0.02) / 0.5);
    expect(Math.abs(level - db), `at ${second} s: ${level.toFixed(1)} dB`).toBeLessThan(1);
  }
});
