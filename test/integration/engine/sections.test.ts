import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Animated } from '../../../src/composition/animated.js';
import type { ClipEffect } from '../../../src/composition/clip-effect.js';
import type { CaptionLayer, Composition, Layer, VisualClip } from '../../../src/composition/composition.js';
import type { Rational } from '../../../src/composition/frame-grid.js';
import { layOutCaptions } from '../../../src/engine/captions/lay-out-captions.js';
import { prepareFonts } from '../../../src/engine/captions/fonts.js';
import { renderArguments } from '../../../src/engine/command-line.js';
import { NORMAL_FORM } from '../../../src/engine/compositor/fit.js';
import { planSection, type VideoOptions } from '../../../src/engine/compositor/plan-render.js';
import { VIDEO_PAD, type LocatedVisual, type RenderPlan } from '../../../src/engine/compositor/render-plan.js';
import type { Section } from '../../../src/engine/compositor/section.js';
import { probeVisual } from '../../../src/engine/probe/probe.js';
import type { VisualDetails } from '../../../src/engine/probe/media-details.js';
import type { ToolContext } from '../../../src/engine/process/run-tool.js';
import { findNewerFfmpeg } from '../../../scripts/lib/newer-ffmpeg.mjs';
import { createMediaKit, type MediaKit } from '../../fixtures/media-kit.js';
import { skipWithoutNewerFfmpeg } from '../../support/newer-ffmpeg.js';
import { drawnFile, placed } from '../../support/frame-bench.js';
import { createRenderBench, toolsIn, type RenderBench } from '../../support/render-bench.js';

const run = promisify(execFile);

const SIZE = { width: 160, height: 90 };
const BLACK = { r: 0, g: 0, b: 0, a: 255 };

let bench: RenderBench;
let folder: string;
let context: ToolContext & { readonly fonts: Awaited<ReturnType<typeof prepareFonts>> };

async function start(tools?: { ffmpeg: string; ffprobe: string }): Promise<void> {
  bench = await createRenderBench(tools ? { tools } : {});
  folder = await mkdtemp(path.join(bench.media.folder, 'sections-'));
  const fonts = await prepareFonts(path.join(folder, 'fonts'), []);
  context = {
    ...toolsIn(bench, bench.media.folder),
    env: fonts.env,
    fonts,
  };
}

async function stop(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await bench.close();
}

const moving = (rate: string, seconds: number, size = '192x108') => [
  ...['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${seconds},noise=alls=12:allf=t`],
];
const GOP = ['-g', '50', '-bf', '3'];

/** Ways to store the same seconds, by file name. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  'h264-25.mp4': [...moving('25', 5), '-c:v', 'libx264', '-preset', 'ultrafast', ...GOP],
  'h264-24.mp4': [...moving('24', 5), '-c:v', 'libx264', '-preset', 'ultrafast', ...GOP],
  'h264-60.mp4': [...moving('60', 5), '-c:v', 'libx264', '-preset', 'ultrafast', ...GOP],
  'h264-23.976.mkv': [...moving('24000/1001', 5), '-c:v', 'libx264', '-preset', 'ultrafast', ...GOP],
  'vp9-30.webm': [...moving('30', 5), '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '60'],
  'h264-25.ts': [...moving('25', 5), '-c:v', 'libx264', '-preset', 'ultrafast', ...GOP],
  'mpeg2-25.ts': [...moving('25', 5), '-c:v', 'mpeg2video', '-q:v', '4', '-g', '12', '-bf', '2'],
  'mpeg2-25.mpg': [...moving('25', 5), '-c:v', 'mpeg2video', '-q:v', '4', '-g', '12', '-bf', '2'],
  'h264-30.flv': [...moving('30', 5), '-c:v', 'libx264', '-preset', 'ultrafast', ...GOP],
  'mpeg4-25.avi': [...moving('25', 5), '-c:v', 'mpeg4', '-q:v', '4', '-g', '50', '-bf', '2'],
  'hevc-open-25.mp4': [
    ...moving('25', 5),
    ...['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'open-gop=1:keyint=40:bframes=3:log-level=none'],
  ],
  'prores-25.mov': [...moving('25', 5), '-c:v', 'prores', '-profile:v', '0'],
  'interlaced-25.ts': [
    ...moving('25', 5),
    ...['-vf', 'setfield=tff', '-flags', '+ilme+ildct', '-c:v', 'mpeg2video', '-q:v', '4', '-g', '12', '-bf', '2'],
  ],
  // Frames stand for 40 ms to 1.3 s.
  'screen.mkv': [
    ...moving('25', 5),
    ...['-vf', "select='not(mod(n,7))+not(mod(n,11))+between(n,60,75)*not(mod(n,2))*0+between(n,130,160)*0'"],
    ...['-fps_mode', 'vfr', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '12'],
  ],
};

let kit: MediaKit;
beforeAll(async () => (kit = await createMediaKit()));
afterAll(() => kit.remove());
const made = new Map<string, Promise<string>>();

/** A file of the bench, made once for all benches. */
async function probed(name: string): Promise<LocatedVisual> {
  const args = KINDS[name];
  if (args) {
    const file = made.get(name) ?? kit.make(name, args);
    made.set(name, file);
    await copyFile(await file, bench.media.path(name));
  }
  return { file: name, details: await probeVisual(context, { file: name, field: '' }, 5_500_000) };
}

function clip(uri: string, startFrame: number, frames: number, changes: Partial<VisualClip> = {}): VisualClip {
  return {
    asset: { uri, field: uri },
    source: 'video',
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

function compositionOf(layers: readonly Layer[], frames: number, frameRate: Rational): Composition {
  return { ...SIZE, frameRate, frames, samples: 1, background: BLACK, layers, audio: [] };
}

/** The hash of each frame that a section's command makes. */
async function hashes(plan: RenderPlan): Promise<string[]> {
  const name = randomUUID();
  const at = (file: string) => path.join(bench.media.folder, file);
  await writeFile(at(`${name}.txt`), plan.graph);
  for (const file of plan.files) await writeFile(at(file.name), file.content);
  const args = renderArguments({
    inputs: plan.inputs,
    graphFile: `${name}.txt`,
    targets: [{ file: `${name}.md5`, pads: [VIDEO_PAD], options: ['-c:v', 'rawvideo', '-f', 'framemd5'] }],
    majorVersion: bench.toolchain.majorVersion,
  }).map((argument) => (argument === 'pipe:3' ? '/dev/null' : argument));
  await run(bench.toolchain.ffmpeg, args, {
    cwd: bench.media.folder,
    env: { ...process.env, ...context.env },
  });
  const lines = (await readFile(at(`${name}.md5`), 'utf8')).split('\n');
  return lines.filter((line) => /^\d/.test(line)).map((line) => line.split(',').at(-1)?.trim() ?? '');
}

/** Which frames of the sections together differ from those of one command. */
async function differences(
  composition: Composition,
  cuts: readonly number[],
  media: readonly LocatedVisual[],
  filters: readonly string[] = NORMAL_FORM,
) {
  const visuals = new Map(
    media.flatMap((visual) => [visual.file, `drawing:${visual.file.slice(0, -4)}`].map((uri) => [uri, visual])),
  );
  const { documents: captions } = await layOutCaptions(composition, context);
  const ways = [{ filters, to: VIDEO_PAD }];
  const options: VideoOptions = { media: { visuals, audios: new Map() }, ways, captions };
  const whole = await hashes(planSection(composition, { startFrame: 0, frames: composition.frames }, options));
  expect(whole).toHaveLength(composition.frames);
  expect(new Set(whole).size).toBeGreaterThan(composition.frames / 12);
  const bounds = [0, ...cuts, composition.frames];
  const sections: Section[] = cuts
    .concat(composition.frames)
    .map((end, i) => ({ startFrame: bounds[i] ?? 0, frames: end - (bounds[i] ?? 0) }));
  const parts: string[] = [];
  for (const section of sections) {
    const part = await hashes(planSection(composition, section, options));
    expect(part).toHaveLength(section.frames);
    parts.push(...part);
  }
  return whole.flatMap((hash, frame) => (hash === parts[frame] ? [] : [frame]));
}

const RATES: readonly Rational[] = [
  { num: 30, den: 1 },
  { num: 30_000, den: 1001 },
];

/** `npm run test:products`: every kind and every build at both rates. Else each two of kind, build and rate together once at least, where versions differed. */
const ALL = process.env.CUTROOM_TEST_PRODUCTS !== undefined;
/** In which versions of ffmpeg differed. */
const DIFFERED = ['h264-24.mp4', 'h264-23.976.mkv', 'h264-25.ts', 'hevc-open-25.mp4', 'screen.mkv'];

/** @param build its number. */
function ratesOf(kind: string, build: number): readonly Rational[] {
  return ALL ? RATES : [RATES[(Object.keys(KINDS).indexOf(kind) + build) % RATES.length]!];
}

const newer = skipWithoutNewerFfmpeg() ? null : findNewerFfmpeg();
const BUILDS = [
  {
    build: 'the ffmpeg of this machine',
    tools: undefined,
    kinds: Object.keys(KINDS),
    rates: ALL ? RATES : RATES.slice(0, 1),
    number: 0,
  },
  ...(newer
    ? [{ build: 'ffmpeg 9', tools: newer, kinds: DIFFERED, rates: ALL ? RATES : RATES.slice(1), number: 1 }]
    : []),
];

describe.each(BUILDS)('the sections of a video by $build', ({ tools, kinds, rates, number }) => {
  beforeAll(() => start(tools));
  afterAll(stop);

  it.each(kinds)('show the frames that one command shows of %s', async (name) => {
    const visual = await probed(name);
    for (const frameRate of ratesOf(name, number)) {
      const shown = [
        clip(name, 0, 60, { trimStartUs: 0 }),
        clip(name, 60, 70, { trimStartUs: 2_110_000 }),
        clip(name, 130, 50, { trimStartUs: 1_000_000, speed: 1.5 }),
      ];
      const composition = compositionOf([{ kind: 'clips', clips: shown }], 180, frameRate);
      expect(await differences(composition, [37, 60, 61, 110, 150], [visual]), name).toEqual([]);
    }
  });

  it('are the frames of one command within transitions, effects, opacity, layers and captions', async () => {
    const names = ['h264-25.mp4', 'h264-60.mp4', 'vp9-30.webm'];
    const media = [];
    for (const name of names) media.push(await probed(name));
    await bench.media.make('disc.png', [
      ...[
        '-f',
        'lavfi',
        '-i',
        'color=c=black:s=64x64,format=rgba,geq=r=200:g=180:b=30:a=255*lt(hypot(X-32\\,Y-32)\\,20)',
      ],
      ...['-frames:v', '1'],
    ]);
    const disc = await probed('disc.png');
    const [a, b, c] = names as [string, string, string];
    const fade = { kind: 'fade', frames: 20 } as const;
    const opacity: Animated = [
      { at: 0, value: 0 },
      { at: 25, value: 1 },
    ];
    const zoom: ClipEffect = {
      kind: 'ZOOM',
      scale: [
        { at: 0, value: 1 },
        { at: 50, value: 1.3 },
      ],
    };
    const bottom = [
      clip(a, 0, 80, { effects: [{ kind: 'FADE_IN', frames: 30 }] }),
      clip(b, 60, 80, { transition: fade, effects: [zoom] }),
      clip(c, 120, 80, {
        transition: fade,
        fit: 'CONTAIN',
        effects: [{ kind: 'SLIDE_OUT', frames: 40, side: 'LEFT' }],
      }),
      clip('disc.png', 200, 40, {
        source: 'image',
        effects: [
          { kind: 'SLIDE_IN', frames: 30, side: 'TOP' },
          { kind: 'FADE_OUT', frames: 25 },
        ],
      }),
    ];
    const above = [
      clip('disc.png', 30, 60, { source: 'image', opacity }),
      clip(b, 100, 60, { opacity: 0.6, trimStartUs: 500_000 }),
    ];
    const captions: CaptionLayer = {
      kind: 'captions',
      field: 'f',
      cues: [
        { startUs: 500_000, endUs: 2_500_000, text: 'one' },
        { startUs: 3_000_000, endUs: 7_000_000, text: 'two' },
      ],
      style: {
        font: null,
        fontSize: 20,
        textColor: { r: 255, g: 255, b: 255, a: 255 },
        outlineColor: BLACK,
        outlineWidth: 1,
        boxColor: null,
        boxShape: 'TEXT',
        bold: false,
        position: 'BOTTOM',
      },
    };
    const layers: Layer[] = [{ kind: 'clips', clips: bottom }, captions, { kind: 'clips', clips: above }];
    const cuts = [10, 45, 61, 70, 79, 125, 139, 175, 215, 230];
    for (const frameRate of rates)
      expect(await differences(compositionOf(layers, 240, frameRate), cuts, [...media, disc])).toEqual([]);
  });

  it('are the frames of one command of clips that are placed, moved, masked, mixed, joined or frozen', async () => {
    await bench.media.make('disc.png', [
      ...['-f', 'lavfi', '-i'],
      'color=c=black:s=64x64,format=rgba,geq=r=200:g=180:b=30:a=255*lt(hypot(X-32\\,Y-32)\\,20)',
      ...['-frames:v', '1'],
    ]);
    await bench.media.make('mask.png', [
      ...['-f', 'lavfi', '-i', 'color=c=black:s=64x64,format=gray,geq=lum=255*lt(hypot(X-32\\,Y-32)\\,28)'],
      ...['-frames:v', '1'],
    ]);
    const names = ['h264-25.mp4', 'h264-60.mp4', 'disc.png', 'mask.png'];
    const media = [];
    for (const name of names) media.push(await probed(name));
    const [a, b, disc] = names as [string, string, string];
    const mask = { uri: 'drawing:mask', field: '' };
    const drawings = [drawnFile('mask', 64, 64)];
    // An easing: a value for each frame, which no straight lines come near.
    const eased = (from: number, to: number): Animated => {
      const keys = Array.from({ length: 90 }, (_, at) => ({ at: at + 20, value: from + (to - from) * (at / 89) ** 3 }));
      const [first, ...rest] = keys;
      return first ? [first, ...rest] : from;
    };
    const straight = (at: number, from: number, to: number): Animated => [
      { at: 0, value: from },
      { at, value: to },
    ];
    const fade = { kind: 'fade', frames: 20 } as const;
    const layers: Layer[] = [
      { kind: 'clips', clips: [clip(a, 0, 120), clip(b, 100, 140, { transition: fade })] },
      {
        kind: 'clips',
        clips: [
          clip(b, 5, 150, {
            placement: placed(61, 35, {
              x: eased(20, 120),
              y: eased(70.5, 30),
              rotation: straight(100, -20, 60),
              scaleX: eased(0.5, 1),
            }),
            opacity: straight(60, 0, 1),
          }),
          clip(disc, 160, 60, {
            source: 'image',
            placement: placed(64, 64, { x: straight(37, -10, 70), y: 40, mask }),
          }),
        ],
      },
      {
        kind: 'clips',
        clips: [
          clip(a, 10, 70, { placement: placed(51, 41, { x: 30, y: 30, blend: 'SCREEN' }) }),
          clip(a, 80, 60, { frozen: true, trimStartUs: 3_000_000, placement: placed(64, 64, { x: 100, y: 40, mask }) }),
          clip(b, 120, 60, {
            placement: placed(40, 40, { x: straight(50, 100, 60), y: 50 }),
            transition: { kind: 'fadeblack', frames: 20 },
          }),
          clip(a, 180, 60, { placement: placed(41, 31, { x: straight(50, 60, 30), y: 20, blend: 'OVERLAY' }) }),
        ],
      },
    ];
    const cuts = [7, 45, 81, 100, 119, 125, 139, 165, 190, 230];
    for (const frameRate of rates)
      expect(await differences({ ...compositionOf(layers, 240, frameRate), drawings }, cuts, media, [])).toEqual([]);
  });
});

describe('seeking', () => {
  beforeAll(() => start());
  afterAll(stop);

  it.each<[string, VisualDetails['seeking']]>([
    ['h264-25.mp4', 'EXACT'],
    ['vp9-30.webm', 'EXACT'],
    ['hevc-open-25.mp4', 'PREROLL'],
    ['h264-25.ts', 'PREROLL'],
    ['h264-30.flv', 'NONE'],
    ['mpeg2-25.mpg', 'NONE'],
  ])('of %s is %s', async (name, seeking) => {
    expect((await probed(name)).details.seeking).toBe(seeking);
  });
});
