/**
 * What does copying save? Joins ten clips of one encoder at 1080p, once encoded and once copied. Prints a `RESULT` line for each quality: CPU time of the service
 * and its tools, pictures alone.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../scripts/lib/root.mjs';
import { run } from '../scripts/lib/run.mjs';
import { dim, say, step } from '../scripts/lib/say.mjs';
import { startService } from '../scripts/lib/service.mjs';
import { follow, submit } from './build.mjs';

const folder = join(root, '.cutroom/bench-copy');
const CLIPS = 10;
const SECONDS = 6;
const LIKE_A_CAMERA = [
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-pix_fmt', 'yuv420p', '-g', '60', '-an'],
  ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
];

/** @param {{qualities: string[]}} options */
export async function benchCopy({ qualities }) {
  const media = join(folder, 'media');
  const names = Array.from({ length: CLIPS }, (_, i) => `clip-${i}.mp4`);
  await step('media', async () => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(media, { recursive: true });
    for (const [i, name] of names.entries()) {
      const source = `testsrc2=size=1920x1080:rate=30:duration=${SECONDS},hue=h=${36 * i}`;
      await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...LIKE_A_CAMERA, join(media, name)]);
    }
  });
  const service = await startService({
    env: {
      CUTROOM_DATA_DIR: join(folder, 'data'),
      CUTROOM_INPUT_ROOTS: media,
      CUTROOM_LOG_LEVEL: 'warn',
      CUTROOM_CACHE_MB: '0',
    },
    logFile: join(folder, 'service.log'),
  });
  try {
    for (const quality of qualities) {
      const copied = await render(service, names, quality, 'STREAM_COPY_AUTO');
      const encoded = await render(service, names, quality, 'STREAM_COPY_NEVER');
      say(dim(`${copied.task.outputs[0].copiedDuration} of ${copied.task.outputs[0].duration} copied`));
      say(
        `RESULT copy_cpu_ratio=${(copied.cpuS / encoded.cpuS).toFixed(3)} wall_ratio=${(copied.wallS / encoded.wallS).toFixed(3)} cpu_s=${copied.cpuS.toFixed(1)} quality=${quality}`,
      );
    }
  } finally {
    await service.stop();
  }
}

async function render(service, names, quality, streamCopy) {
  const montage = {
    materials: names.map((uri) => ({ uri })),
    aspectRatio: 'ASPECT_RATIO_16_9',
    resolution: 1080,
    longestClip: `${SECONDS}s`,
  };
  const outputs = [{ key: 'joined.mp4', mp4: { streamCopy }, quality }];
  return follow(service, await submit(service, { montage, outputs }));
}
