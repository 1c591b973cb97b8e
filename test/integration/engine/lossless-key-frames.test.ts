import { afterAll, beforeAll, expect, it } from 'vitest';
import { decode, ffprobe } from '../../fixtures/run-ffmpeg.js';
import { clipOf, copyOutput, formOfLayers } from '../../support/copy-bench.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench();
  // Noise for three frames and then one colour: scene cuts right after the first key frame.
  await bench.media.make('cuts.mkv', [
    ...['-f', 'lavfi', '-i', 'nullsrc=s=320x180:r=25:d=0.12,geq=random(1)*255:128:128'],
    ...['-f', 'lavfi', '-i', 'color=c=0x2966dd:s=320x180:r=25:d=0.6'],
    ...['-filter_complex', '[0]format=yuv420p[a];[1]format=yuv420p[b];[a][b]concat', '-c:v', 'ffv1'],
  ]);
});
afterAll(() => bench.close());

it('a decoder can start at every key frame of a video without loss, also at scene cuts one after the other', async () => {
  const form = formOfLayers(
    [{ kind: 'clips', clips: [clipOf('cuts.mkv', 0, 18)] }],
    18,
    { num: 25, den: 1 },
    { width: 320, height: 180 },
  );
  const { outputs, locate } = await bench.render(
    form,
    {},
    {},
    { outputs: [copyOutput({ streamCopy: false, quality: 'LOSSLESS' })] },
  );
  const file = await locate(outputs[0]!);
  const { packets } = (await ffprobe(['-select_streams', 'v', '-show_entries', 'packet=flags', file])) as {
    packets: { flags: string }[];
  };
  const decoded = await decode([
    '-skip_frame',
    'nokey',
    '-i',
    file,
    '-map',
    '0:v',
    '-fps_mode',
    'passthrough',
    '-f',
    'framecrc',
    '-',
  ]);
  const marked = packets.filter(({ flags }) => flags.includes('K'));
  const frames = String(decoded)
    .split('\n')
    .filter((line) => /^\d/.test(line));
  expect(marked.length).toBeGreaterThan(1);
  expect(frames).toHaveLength(marked.length);
});
