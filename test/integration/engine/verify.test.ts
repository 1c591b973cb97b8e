import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { visualClips, type Composition, type VisualClip } from '../../../src/composition/composition.js';
import { NORMAL_FORM } from '../../../src/engine/compositor/fit.js';
import { wholeOf } from '../../../src/engine/compositor/section.js';
import { AAC } from '../../../src/engine/outputs/codecs/audio.js';
import { h264Options } from '../../../src/engine/outputs/h264-mp4/encoding.js';
import { h264Mp4 } from '../../../src/engine/outputs/h264-mp4/h264-mp4.js';
import { renderArguments } from '../../../src/engine/command-line.js';
import { planRender } from '../../../src/engine/compositor/plan-render.js';
import { VIDEO_PAD, type KnownMedia } from '../../../src/engine/compositor/render-plan.js';
import { probeVisual } from '../../../src/engine/probe/probe.js';
import { runTool, type ToolContext } from '../../../src/engine/process/run-tool.js';
import { verifyMp4 } from '../../../src/engine/outputs/h264-mp4/verify.js';
import { ffmpeg, ffprobe } from '../../fixtures/run-ffmpeg.js';
import { colorDistance, readVideo } from '../../support/media-content.js';
import { createLocalToolContext } from '../../support/local-tool-context.js';

const COLORS = ['C81E1E', '1EA01E', '1E3CC8', 'C8B41E'];
/** Pictures in which damage shows. */
const DETAIL = 'detail';
let context: ToolContext;
let media: KnownMedia;

beforeAll(async () => {
  const cwd = await mkdtemp(path.join(tmpdir(), 'cutroom-verify-'));
  context = await createLocalToolContext(cwd);
  const visuals: [string, KnownMedia['visuals'] extends ReadonlyMap<string, infer V> ? V : never][] = [];
  const sources = COLORS.map(
    (color) =>
      [color, `color=c=0x${color}:s=64x64:r=30:d=2,format=gbrp,scale=out_color_matrix=bt709,format=yuv420p`] as const,
  );
  for (const [color, source] of [
    ...sources,
    [DETAIL, 'mandelbrot=s=64x64:r=30,trim=duration=3,format=yuv420p'] as const,
  ]) {
    await ffmpeg([
      '-f',
      'lavfi',
      '-i',
      source,
      '-c:v',
      'libx264',
      '-qp',
      '4',
      '-colorspace',
      'bt709',
      path.join(cwd, `${color}.mp4`),
    ]);
    visuals.push([
      color,
      { file: `${color}.mp4`, details: await probeVisual(context, { file: `${color}.mp4`, field: '' }, 3_000_000) },
    ]);
  }
  media = { visuals: new Map(visuals), audios: new Map() };
});
afterAll(() => rm(context.cwd, { recursive: true, force: true }));

/** Clips of four colours in turn: lengths, and the fade into each. */
function compositionOf(parts: readonly (readonly [frames: number, fadeInFrames: number])[]): Composition {
  let end = 0;
  const clips = parts.map(([frames, fadeInFrames], i): VisualClip => {
    const startFrame = end - fadeInFrames;
    end = startFrame + frames;
    return {
      asset: { uri: COLORS[i % COLORS.length]!, field: '' },
      source: 'video',
      startFrame,
      frames,
      fit: 'COVER',
      transition: fadeInFrames > 0 ? { kind: 'fade', frames: fadeInFrames } : null,
      trimStartUs: 0,
      speed: 1,
      effects: [],
      opacity: 1,
    };
  });
  return {
    width: 64,
    height: 64,
    frameRate: { num: 30, den: 1 },
    frames: end,
    samples: end * 1_600,
    background: { r: 0, g: 0, b: 0, a: 255 },
    layers: [{ kind: 'clips', clips }],
    audio: [],
  };
}

async function render(composition: Composition, file: string): Promise<void> {
  const ways = [{ filters: NORMAL_FORM, to: VIDEO_PAD }];
  const sound = [{ filters: [], to: 'sound' }];
  const plan = planRender(composition, wholeOf(composition), { media, ways, captions: [] }, sound);
  const settings = { ...composition, quality: 'MEDIUM' as const, threads: null, aim: null, keyFrames: null };
  await writeFile(path.join(context.cwd, `${file}.txt`), plan.graph);
  const args = renderArguments({
    inputs: plan.inputs,
    graphFile: `${file}.txt`,
    targets: [
      {
        file,
        pads: [VIDEO_PAD, 'sound'],
        options: [...h264Options(settings), ...AAC.options, ...h264Mp4.containerOptions],
      },
    ],
    majorVersion: context.toolchain.majorVersion,
  });
  const result = await runTool(context, 'ffmpeg', args, { onProgress: () => undefined });
  expect(result.stderrTail).toBe('');
  expect(result.exitCode).toBe(0);
}

describe('joins', () => {
  it.each([
    [
      'cuts',
      [
        [30, 0],
        [1, 0],
        [2, 0],
        [30, 0],
      ],
    ],
    [
      'cross-fades',
      [
        [30, 0],
        [30, 10],
        [30, 10],
        [30, 10],
      ],
    ],
    [
      'cuts and cross-fades',
      [
        [10, 0],
        [20, 0],
        [20, 8],
        [1, 0],
        [25, 0],
        [30, 6],
        [12, 0],
      ],
    ],
    [
      'clips that are nothing but fades',
      [
        [20, 0],
        [20, 10],
        [20, 10],
        [10, 10],
      ],
    ],
    [
      'a fade of a single frame',
      [
        [10, 0],
        [10, 1],
        [5, 0],
      ],
    ],
    ['forty clips', Array.from({ length: 40 }, (_, i) => [12, i === 0 ? 0 : i % 3 === 0 ? 0 : 5])],
  ] as [string, [number, number][]][])('are exact to the frame: %s', async (_name, parts) => {
    const composition = compositionOf(parts);
    await render(composition, 'joined.mp4');
    expect(await verifyMp4(context, 'joined.mp4', composition)).toMatchObject({
      frameCount: composition.frames,
      width: 64,
      height: 64,
    });
    const video = await readVideo(path.join(context.cwd, 'joined.mp4'));
    expect(video.frames).toHaveLength(composition.frames);
    const clips = visualClips(composition);
    for (const [i, clip] of clips.entries()) {
      const from = clip.startFrame + (clip.transition?.frames ?? 0);
      const to = (clips[i + 1]?.startFrame ?? composition.frames) - 1;
      // The frames that are this clip's alone, if it has any.
      if (from <= to)
        for (const frame of [from, to])
          expect(
            colorDistance(video.colorAt(frame, 0.5, 0.5), clip.asset.uri),
            `clip ${i}, frame ${frame}`,
          ).toBeLessThan(12);
    }
    await rm(path.join(context.cwd, 'joined.mp4'));
  });
});

describe('verifyMp4', () => {
  const composition = compositionOf([
    [30, 0],
    [30, 0],
  ]);
  const at = (name: string) => path.join(context.cwd, name);
  beforeAll(() => render(composition, 'good.mp4'));

  interface Flaw {
    readonly flaw: string;
    readonly planned?: Composition;
    readonly make: () => Promise<string>;
    readonly words: string;
  }
  async function remade(name: string, args: readonly string[]): Promise<string> {
    await ffmpeg([...args, at(name)]);
    return name;
  }
  async function changed(name: string, change: (bytes: Buffer) => Buffer): Promise<string> {
    await writeFile(at(name), change(await readFile(at('good.mp4'))));
    return name;
  }
  const long: Composition = {
    ...compositionOf([[90, 0]]),
    layers: [
      {
        kind: 'clips',
        clips: [
          {
            asset: { uri: DETAIL, field: '' },
            source: 'video',
            startFrame: 0,
            frames: 90,
            fit: 'COVER',
            transition: null,
            trimStartUs: 0,
            speed: 1,
            effects: [],
            opacity: 1,
          },
        ],
      },
    ],
  };
  async function brokenAtTheEnd(): Promise<string> {
    await render(long, 'broken.mp4');
    const packets = (await ffprobe([
      '-select_streams',
      'v',
      '-show_entries',
      'packet=pos,size,flags',
      at('broken.mp4'),
    ])) as { packets: { pos: string; size: string; flags: string }[] };
    const last = packets.packets.filter(({ flags }) => flags.includes('K')).at(-1)!;
    expect(Number(last.pos)).toBeGreaterThan(Number(packets.packets[0]!.pos));
    const bytes = await readFile(at('broken.mp4'));
    await writeFile(at('broken.mp4'), bytes.fill(0xa5, Number(last.pos) + 12, Number(last.pos) + Number(last.size)));
    return 'broken.mp4';
  }
  const good = (): Promise<string> => Promise.resolve('good.mp4');
  const untag = 'h264_metadata=colour_primaries=2:transfer_characteristics=2:matrix_coefficients=2';
  const flaws: Flaw[] = [
    {
      flaw: 'a missing frame',
      planned: { ...composition, frames: 61 },
      make: good,
      words: 'frames is 60 instead of 61',
    },
    {
      flaw: 'another size',
      planned: { ...composition, width: 66 },
      make: good,
      words: 'size is 64x64 instead of 66x64',
    },
    {
      flaw: 'an index at the end',
      make: () => remade('slow.mp4', ['-i', at('good.mp4'), '-c', 'copy', '-movflags', '-faststart']),
      words: 'its index does not come before',
    },
    {
      flaw: 'a frame that stands for longer than the others',
      make: () =>
        remade('uneven.mp4', [
          ...['-i', at('good.mp4'), '-c', 'copy', '-bsf:v', "setts=ts='TS+100*eq(N,30)'", '-movflags', '+faststart'],
        ]),
      words: 'its frames do not follow each other evenly',
    },
    {
      flaw: 'no colour tags',
      make: () =>
        remade('untagged.mp4', [
          '-i',
          at('good.mp4'),
          '-c:a',
          'copy',
          '-c:v',
          'libx264',
          '-bsf:v',
          untag,
          '-movflags',
          '+faststart',
        ]),
      words: 'colour',
    },
    {
      flaw: 'twice the audio that its header claims',
      words: 'packets of audio instead of 95',
      make: async () => {
        const longer = await remade('longer.m4a', ['-f', 'lavfi', '-i', 'sine=d=4:r=48000', '-ac', '2', '-c:a', 'aac']);
        return remade('dense.mp4', [
          ...['-i', at('good.mp4'), '-i', at(longer), '-map', '0:v', '-map', '1:a', '-c', 'copy'],
          ...['-bsf:a', 'setts=ts=TS/2:duration=DURATION/2', '-movflags', '+faststart'],
        ]);
      },
    },
    {
      flaw: 'audio that begins late',
      words: 'its audio and its video begin',
      make: () =>
        remade('late.mp4', [
          ...['-i', at('good.mp4'), '-itsoffset', '0.5', '-f', 'lavfi', '-i', 'sine=d=2:r=48000', '-ac', '2'],
          ...['-map', '0:v', '-map', '1:a', '-c:v', 'copy', '-c:a', 'aac', '-movflags', '+faststart'],
        ]),
    },
    {
      flaw: 'audio that ends early',
      words: 'its audio lasts',
      make: () =>
        remade('mute.mp4', [
          '-i',
          at('good.mp4'),
          '-t',
          '1',
          '-i',
          at('good.mp4'),
          '-map',
          '0:v',
          '-map',
          '1:a',
          '-c',
          'copy',
          '-movflags',
          '+faststart',
        ]),
    },
    {
      flaw: 'a file cut off',
      make: () => changed('cut.mp4', (bytes) => bytes.subarray(0, bytes.length - 3_000)),
      words: '',
    },
    {
      flaw: 'a last key frame that does not decode',
      planned: long,
      make: brokenAtTheEnd,
      words: 'key frames do not decode',
    },
  ];

  it.each(flaws)('finds $flaw', async ({ planned, make, words }) => {
    await expect(verifyMp4(context, await make(), planned ?? composition)).rejects.toMatchObject({
      failure: { reason: 'OUTPUT_MISMATCH', message: expect.stringContaining(words) as string },
    });
  });
});
