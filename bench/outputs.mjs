/**
 * What do three sizes of one task cost against three tasks? Renders a short montage in three sizes both ways, by turns, with no cache, and compares the CPU seconds of
 * the service with its tools. Prints `RESULT outputs_cpu_ratio=<median of one task/three tasks> pairs=<n>`.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../scripts/lib/root.mjs';
import { say, step } from '../scripts/lib/say.mjs';
import { startService } from '../scripts/lib/service.mjs';
import { makeBenchMedia, SPEC } from './media.mjs';
import { cpuSeconds } from './processes.mjs';
import { createClient, toLoaderForm } from './render.mjs';

const folder = join(root, '.cutroom/bench');
const media = join(folder, 'media');
const SIZES = [1080, 720, 480];

/** @param {{pairs: number}} options */
export async function benchOutputs({ pairs }) {
  await step('media', () => makeBenchMedia(media));
  const data = join(folder, 'outputs-data');
  await rm(data, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const env = { CUTROOM_DATA_DIR: data, CUTROOM_INPUT_ROOTS: media, CUTROOM_LOG_LEVEL: 'warn', CUTROOM_CACHE_MB: '0' };
  const service = await startService({ env, logFile: join(folder, 'outputs.log') });
  const client = createClient(service.grpc);
  const cpuOf = async (specs) => {
    const before = cpuSeconds(service.pid);
    for (const spec of specs) await render(client, spec);
    return cpuSeconds(service.pid) - before;
  };
  const together = [{ montage: montageOf(SIZES[0]), outputs: SIZES.map((size) => ({ mp4: {}, shortSide: size })) }];
  const apart = SIZES.map((size) => ({ montage: montageOf(size) }));
  try {
    const ratios = [];
    // Lays out the fonts, and is not counted.
    await cpuOf([{ montage: { ...montageOf(144), materials: SPEC.montage.materials.slice(0, 1) } }]);
    for (let pair = 1; pair <= pairs; pair += 1) {
      const [one, three] =
        pair % 2 === 1
          ? [await cpuOf(together), await cpuOf(apart)]
          : await cpuOf(apart).then(async (cpu) => [await cpuOf(together), cpu]);
      ratios.push(one / three);
      say(
        `pair ${pair}: one task ${one.toFixed(1)} s of CPU, three tasks ${three.toFixed(1)} s, ratio ${(one / three).toFixed(3)}`,
      );
    }
    ratios.sort((a, b) => a - b);
    say(`RESULT outputs_cpu_ratio=${ratios[Math.floor(ratios.length / 2)].toFixed(3)} pairs=${pairs}`);
  } finally {
    client.close();
    await service.stop();
  }
}

/** Four of the clips: 12 s, by sound and captions like the whole. */
function montageOf(resolution) {
  return { ...SPEC.montage, materials: SPEC.montage.materials.slice(0, 4), narration: undefined, resolution };
}

async function render(client, spec) {
  const task = await new Promise((resolve, reject) => {
    client.submitTask({ spec: toLoaderForm(spec) }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
  for await (const { task: seen } of client.watchTask({ name: task.name })) {
    if (seen?.state === 'SUCCEEDED') return;
    if (seen?.state === 'FAILED')
      throw new Error(`the render FAILED: ${seen.error.reason} ${seen.error.status?.message}`);
  }
  throw new Error('the watch ended before the task did');
}
