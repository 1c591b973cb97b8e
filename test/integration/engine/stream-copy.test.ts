import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNewerFfmpeg } from '../../../scripts/lib/newer-ffmpeg.mjs';
import {
  BT709,
  clipOf,
  copyOutput,
  decodedFrames,
  formOfLayers,
  h264,
  movingSource,
} from '../../support/copy-bench.js';
import { skipWithoutNewerFfmpeg } from '../../support/newer-ffmpeg.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

let bench: RenderBench;

const RATE = { num: 30, den: 1 };
const moving = (size?: string) => movingSource('30', 5, size);

/** Ways to store the same seconds of which frames are copied, by file name. */
const COPIED: Readonly<Record<string, readonly string[]>> = {
  'pyramid.mp4': [...moving(), ...h264('-x264-params', 'b-pyramid=normal:bframes=5:ref=4')],
  'straight.mov': [...moving(), ...h264('-bf', '0', '-profile:v', 'baseline')],
  'slices.mp4': [...moving(), ...h264('-x264-params', 'slices=4', '-profile:v', 'main')],
  '8x8-transform.mp4': [...moving(), ...h264('-preset', 'slow')],
  'sets-in-band.mp4': [...moving(), ...h264('-bsf:v', 'dump_extra=freq=keyframe')],
  'fragmented.mp4': [...moving(), ...h264('-movflags', 'frag_keyframe+empty_moov')],
  'late.mp4': ['-itsoffset', '0.4', ...moving(), '-f', 'lavfi', '-i', 'sine=d=5', ...h264('-c:a', 'aac')],
};

/** Ways of which nothing may be copied. */
const ENCODED: Readonly<Record<string, readonly string[]>> = {
  'open-groups.mp4': [...moving(), ...h264('-x264-params', 'open-gop=1:keyint=45')],
  'rolling-refresh.mp4': [...moving(), ...h264('-x264-params', 'intra-refresh=1:keyint=45')],
  'uneven.mp4': [
    ...movingSource('60', 5),
    ...['-vf', "select='not(mod(n,2))+not(mod(n,61))'", '-fps_mode', 'vfr', ...h264()],
  ],
  'other-rate.mp4': [...movingSource('30000/1001', 5), ...h264()],
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
  'untagged.mp4': [...moving(), ...['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-g', '45']],
  'bt601.mp4': [...moving(), ...h264('-colorspace', 'smpte170m')],
};

/** Two clips of a file, which begin and end within groups of frames. */
function twoClips(name: string) {
  const clips = [clipOf(name, 0, 100, { trimStartUs: 900_000 }), clipOf(name, 100, 80, { trimStartUs: 1_350_000 })];
  return formOfLayers([{ kind: 'clips', clips }], 180, RATE);
}

/** Renders with and without copying, without loss: every frame must be the same, at the same time. */
async function copiedFrames(name: string): Promise<number> {
  const render = (streamCopy: boolean) =>
    bench.render(twoClips(name), {}, {}, { outputs: [copyOutput({ streamCopy, quality: 'LOSSLESS' })] });
  const [whole, copied] = [await render(false), await render(true)];
  const found = await decodedFrames(bench.toolchain.ffmpeg, copied.file);
  expect(found).toEqual(await decodedFrames(bench.toolchain.ffmpeg, whole.file));
  expect(found.map(({ pts }) => pts)).toEqual(Array.from({ length: 180 }, (_, i) => i * 3000));
  expect(whole.output.copiedFrames).toBe(0);
  return copied.output.copiedFrames ?? 0;
}

function definePromises(): void {
  it.each(Object.keys(COPIED))('copies frames of %s, and they are those that would be encoded', async (name) => {
    await bench.media.make(name, COPIED[name]!);
    expect(await copiedFrames(name)).toBeGreaterThan(80);
  });

  it.each(Object.keys(ENCODED))('encodes all frames of %s', async (name) => {
    await bench.media.make(name, ENCODED[name]!);
    const { output, file } = await bench.render(
      twoClips(name),
      {},
      {},
      { outputs: [copyOutput({ quality: 'DRAFT' })] },
    );
    expect(output.copiedFrames).toBe(0);
    expect(await decodedFrames(bench.toolchain.ffmpeg, file)).toHaveLength(180);
  });

  it('shows a file rightly whose frames are cut by its edit list, that is turned, or cut off', async () => {
    const { media } = bench;
    const whole = await media.make('whole.mp4', [...moving(), ...h264('-movflags', '+faststart')]);
    // The copy begins with a key frame before the cut; the edit list hides what comes before it.
    await media.make('edited.mp4', ['-ss', '0.7', '-i', whole, '-c', 'copy', '-avoid_negative_ts', 'disabled']);
    expect(await copiedFrames('edited.mp4')).toBe(0);
    await media.turned('turned.mp4', whole);
    expect(await copiedFrames('turned.mp4')).toBe(0);
    await media.make('longer.mp4', [...movingSource('30', 9), ...h264('-movflags', '+faststart')]);
    await media.truncated('cut-off.mp4', media.path('longer.mp4'), 0.8);
    expect(await copiedFrames('cut-off.mp4')).toBeGreaterThan(80);
  });

  it('encodes a file whose parameter sets change on the way', async () => {
    const { media } = bench;
    await media.make('one.mp4', [...movingSource('30', 3), ...h264()]);
    await media.make('two.mp4', [...movingSource('30', 3), ...h264('-preset', 'slow', '-bf', '1')]);
    await media.file('both.txt', "file 'one.mp4'\nfile 'two.mp4'\n");
    await media.make('both.mp4', ['-f', 'concat', '-i', media.path('both.txt'), '-c', 'copy']);
    expect(await copiedFrames('both.mp4')).toBe(0);
  });
}

describe('streamCopy', () => {
  beforeAll(async () => {
    bench = await createRenderBench();
  });
  afterAll(() => bench.close());
  definePromises();
});

describe.skipIf(skipWithoutNewerFfmpeg())('streamCopy with the newest ffmpeg', () => {
  beforeAll(async () => {
    bench = await createRenderBench({ tools: findNewerFfmpeg()! });
  });
  afterAll(() => bench.close());
  definePromises();
});
