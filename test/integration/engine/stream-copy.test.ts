import { copyFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutputSpec } from '../../../src/composition/output-spec.js';
import { planMaking } from '../../../src/engine/outputs/plan-making.js';
import { NO_STAND_INS } from '../../../src/engine/outputs/stand-ins.js';
import { probeVisual } from '../../../src/engine/probe/probe.js';
import { findNewerFfmpeg } from '../../../scripts/lib/newer-ffmpeg.mjs';
import { createMediaKit, type MediaKit } from '../../fixtures/media-kit.js';
import {
  BT709,
  clipOf,
  compositionOf,
  copyOutput,
  decodedFrames,
  formOfLayers,
  h264 as cameraH264,
  movingSource,
} from '../../support/copy-bench.js';
import { skipWithoutNewerFfmpeg } from '../../support/newer-ffmpeg.js';
import { createRenderBench, toolsIn, type RenderBench } from '../../support/render-bench.js';

let bench: RenderBench;

const RATE = { num: 30, den: 1 };
const FRAMES = 100;
const moving = (size?: string) => movingSource('30', 3, size);
/** With groups that are as short as a run which is worth copying. */
const h264 = (...options: string[]) => cameraH264('-g', '32', ...options);

/** Ways to store the same seconds of which frames are copied, by file name. */
const COPIED: Readonly<Record<string, readonly string[]>> = {
  'pyramid.mp4': [...moving(), ...h264('-x264-params', 'b-pyramid=normal:bframes=5:ref=4')],
  'straight.mov': [...moving(), ...h264('-bf', '0', '-profile:v', 'baseline')],
  'slices.mp4': [...moving(), ...h264('-x264-params', 'slices=4', '-profile:v', 'main')],
  '8x8-transform.mp4': [...moving(), ...h264('-preset', 'slow')],
  'sets-in-band.mp4': [...moving(), ...h264('-bsf:v', 'dump_extra=freq=keyframe')],
  'fragmented.mp4': [...moving(), ...h264('-movflags', 'frag_keyframe+empty_moov')],
  'late.mp4': ['-itsoffset', '0.4', ...moving(), '-f', 'lavfi', '-i', 'sine=d=3', ...h264('-c:a', 'aac')],
};

/** Ways of which nothing may be copied. */
const ENCODED: Readonly<Record<string, readonly string[]>> = {
  'open-groups.mp4': [...moving(), ...h264('-x264-params', 'open-gop=1:keyint=32')],
  'rolling-refresh.mp4': [...moving(), ...h264('-x264-params', 'intra-refresh=1:keyint=32')],
  'uneven.mp4': [
    ...movingSource('60', 3),
    ...['-vf', "select='not(mod(n,2))+not(mod(n,61))'", '-fps_mode', 'vfr', ...h264()],
  ],
  'other-rate.mp4': [...movingSource('30000/1001', 3), ...h264()],
  'rounded-times.mp4': [...moving(), ...h264('-video_track_timescale', '1000')],
  'larger.mp4': [...moving('384x216'), ...h264()],
  'stream.ts': [...moving(), ...h264()],
  'matroska.mkv': [...moving(), ...h264()],
  'hevc.mp4': [...moving(), '-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none', ...BT709],
  '10-bit.mp4': [...moving(), ...h264('-pix_fmt', 'yuv420p10le')],
  '422.mp4': [...moving(), ...h264('-pix_fmt', 'yuv422p')],
  'fields.mp4': [...moving(), '-vf', 'setfield=tff', ...h264('-flags', '+ilme+ildct')],
  'as-if-fields.mp4': [...moving(), ...h264('-x264-params', 'fake-interlaced=1')],
  'wide-pixels.mp4': [...moving(), '-vf', 'setsar=4/3', ...h264()],
  'full-range.mp4': [...moving(), '-vf', 'scale=out_range=pc', ...h264('-color_range', 'pc')],
  'untagged.mp4': [...moving(), ...['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '32']],
  'bt601.mp4': [...moving(), ...h264('-colorspace', 'smpte170m')],
};

/** Those whose copying depends on the seeking and the filters of ffmpeg, and not on our reading of their bytes alone. */
const COPIED_BY_VERSION = ['pyramid.mp4', 'sets-in-band.mp4', 'fragmented.mp4', 'late.mp4'];

let kit: MediaKit;
beforeAll(async () => (kit = await createMediaKit()));
afterAll(() => kit.remove());
const made = new Map<string, Promise<string>>();

/** A file in the folder of the bench, made once for all benches. */
async function source(name: string, make: (kit: MediaKit) => Promise<string>): Promise<string> {
  const file = made.get(name) ?? make(kit);
  made.set(name, file);
  await copyFile(await file, bench.media.path(name));
  return name;
}

const stored = (name: string, args: readonly string[]) => source(name, (media) => media.make(name, args));

/** Two clips of a file, which begin and end within groups of frames. */
function twoClips(name: string) {
  const clips = [clipOf(name, 0, 50, { trimStartUs: 900_000 }), clipOf(name, 50, 50, { trimStartUs: 600_000 })];
  return [{ kind: 'clips' as const, clips }];
}

const formOf = (name: string) => formOfLayers(twoClips(name), FRAMES, RATE);

/** How many frames of the two clips of a file a render without a limit of bits would copy, by its plan. */
async function plannedFrames(name: string): Promise<number> {
  const tools = toolsIn(bench, bench.media.folder);
  const details = await probeVisual(tools, { file: name, field: '' }, 3_000_000);
  const media = { visuals: new Map([[name, { file: name, details }]]), audios: new Map() };
  const { passes } = await planMaking(
    [compositionOf(twoClips(name), FRAMES, RATE)],
    [copyOutput({ quality: 'LOSSLESS' })],
    { tools, media, standIns: NO_STAND_INS },
  );
  const sections = passes.flatMap((pass) => pass.sections);
  expect(sections.reduce((sum, { frames }) => sum + frames, 0)).toBe(FRAMES);
  return sections.reduce((sum, { copied, frames }) => sum + (copied ? frames : 0), 0);
}

/** Renders with and without copying, without loss: every frame must be the same, at the same time. */
async function copiedFrames(name: string): Promise<number> {
  const outputs: OutputSpec[] = [
    copyOutput({ key: 'whole.mp4', quality: 'LOSSLESS', streamCopy: false }),
    copyOutput({ key: 'copied.mp4', quality: 'LOSSLESS' }),
  ];
  const rendered = await bench.render(formOf(name), {}, {}, { outputs });
  const [whole, copied] = rendered.outputs;
  const framesOf = async (output: typeof whole) =>
    decodedFrames(bench.toolchain.ffmpeg, await rendered.locate(output!));
  const found = await framesOf(copied);
  expect(found).toEqual(await framesOf(whole));
  expect(found.map(({ pts }) => pts)).toEqual(Array.from({ length: FRAMES }, (_, i) => i * 3000));
  expect(whole!.copiedFrames).toBe(0);
  expect(copied!.copiedFrames).toBe(await plannedFrames(name));
  return copied!.copiedFrames ?? 0;
}

function definePromises(copied: readonly string[]): void {
  it.each(copied)('copies frames of %s, and they are those that would be encoded', async (name) => {
    await stored(name, COPIED[name]!);
    expect(await copiedFrames(name)).toBeGreaterThan(60);
  });

  it.each(Object.keys(ENCODED))('plans to encode all frames of %s', async (name) => {
    await stored(name, ENCODED[name]!);
    expect(await plannedFrames(name)).toBe(0);
  });

  it('encodes all frames where none are to be copied', async () => {
    await stored('open-groups.mp4', ENCODED['open-groups.mp4']!);
    const outputs = [copyOutput({ quality: 'DRAFT' })];
    const { output, file } = await bench.render(formOf('open-groups.mp4'), {}, {}, { outputs });
    expect(output.copiedFrames).toBe(0);
    expect(await decodedFrames(bench.toolchain.ffmpeg, file)).toHaveLength(FRAMES);
  });

  it('shows a file rightly whose frames are cut by its edit list, that is turned, or cut off', async () => {
    await stored('whole.mp4', [...moving(), ...h264('-movflags', '+faststart')]);
    // The copy begins with a key frame before the cut; the edit list hides what comes before it.
    const cut = ['-ss', '0.4', '-i', kit.path('whole.mp4'), '-c', 'copy', '-avoid_negative_ts', 'disabled'];
    await stored('edited.mp4', cut);
    expect(await copiedFrames('edited.mp4')).toBe(0);
    await source('turned.mp4', (media) => media.turned('turned.mp4', media.path('whole.mp4')));
    expect(await copiedFrames('turned.mp4')).toBe(0);
    await stored('longer.mp4', [...movingSource('30', 5), ...h264('-movflags', '+faststart')]);
    await source('cut-off.mp4', (media) => media.truncated('cut-off.mp4', media.path('longer.mp4'), 0.8));
    expect(await copiedFrames('cut-off.mp4')).toBeGreaterThan(60);
  });

  it('encodes a file whose parameter sets change on the way', async () => {
    await source('both.mp4', async (media) => {
      await media.make('one.mp4', [...movingSource('30', 2), ...h264()]);
      await media.make('two.mp4', [...movingSource('30', 2), ...h264('-preset', 'slow', '-bf', '1')]);
      await media.file('both.txt', "file 'one.mp4'\nfile 'two.mp4'\n");
      return media.make('both.mp4', ['-f', 'concat', '-i', media.path('both.txt'), '-c', 'copy']);
    });
    expect(await copiedFrames('both.mp4')).toBe(0);
  });
}

describe('streamCopy', () => {
  beforeAll(async () => {
    bench = await createRenderBench();
  });
  afterAll(() => bench.close());
  definePromises(Object.keys(COPIED));
});

describe.skipIf(skipWithoutNewerFfmpeg())('streamCopy with the newest ffmpeg', () => {
  beforeAll(async () => {
    bench = await createRenderBench({ tools: findNewerFfmpeg()! });
  });
  afterAll(() => bench.close());
  definePromises(COPIED_BY_VERSION);
});
