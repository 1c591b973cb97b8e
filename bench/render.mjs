/**
 * What does the service cost on top of ffmpeg? Renders one montage through the service (from submit to SUCCEEDED) and by a
 * hand-written ffmpeg command (bench/reference/render.sh), by turns, and compares times and pictures.
 * Prints `RESULT render_ratio=<median of service/reference> pairs=<n> ssim=<least> cpu_ratio=<median, of CPU seconds>`; fails when
 * the outputs do not agree. CPU seconds say what the service does beyond ffmpeg's work, also on a machine that is not quiet.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { root } from '../scripts/lib/root.mjs';
import { run } from '../scripts/lib/run.mjs';
import { dim, say, step } from '../scripts/lib/say.mjs';
import { startService } from '../scripts/lib/service.mjs';
import { FRAMES, makeBenchMedia, SPEC } from './media.mjs';
import { median } from './pairs.mjs';
import { cpuSeconds } from './processes.mjs';

const LEAST_SSIM = 0.98;
const folder = join(root, '.cutroom/bench');
const media = join(folder, 'media');
const reference = fileURLToPath(new URL('reference/render.sh', import.meta.url));

/** @param {{pairs: number}} options */
export async function benchRender({ pairs }) {
  await step('media', () => makeBenchMedia(media));
  await rm(join(folder, 'data'), { recursive: true, force: true });
  await mkdir(join(folder, 'out'), { recursive: true });
  // Every render is made anew.
  const env = {
    CUTROOM_DATA_DIR: join(folder, 'data'),
    CUTROOM_INPUT_ROOTS: media,
    CUTROOM_LOG_LEVEL: 'warn',
    CUTROOM_CACHE_MB: '0',
  };
  const service = await startService({ env, logFile: join(folder, 'service.log') });
  const client = createClient(service.grpc);
  try {
    const ratios = [];
    const cpuRatios = [];
    let ssim = 1;
    // The first pair warms caches and lays out the fonts; it is checked, but not counted.
    for (let pair = 0; pair <= pairs; pair += 1) {
      const result = await onePair(client, service.pid, pair);
      ssim = Math.min(ssim, result.ssim);
      const ratio = result.serviceS / result.referenceS;
      const cpuRatio = result.serviceCpuS / result.referenceCpuS;
      if (pair > 0) {
        ratios.push(ratio);
        cpuRatios.push(cpuRatio);
      }
      say(
        `pair ${pair}: service ${result.serviceS.toFixed(2)} s, reference ${result.referenceS.toFixed(2)} s, ratio ${ratio.toFixed(3)}, ` +
          `cpu ${result.serviceCpuS.toFixed(1)} s and ${result.referenceCpuS.toFixed(1)} s, ssim ${result.ssim.toFixed(4)}${pair === 0 ? dim('  (warm-up)') : ''}`,
      );
    }
    say(
      `RESULT render_ratio=${median(ratios).toFixed(3)} pairs=${pairs} ssim=${ssim.toFixed(4)} cpu_ratio=${median(cpuRatios).toFixed(3)}`,
    );
  } finally {
    client.close();
    await service.stop();
  }
}

async function onePair(client, servicePid, pair) {
  const ours = join(folder, 'out/service.mp4');
  const theirs = join(folder, 'out/reference.mp4');
  const result = {};
  const serviceTurn = async () => {
    const [started, cpuBefore] = [performance.now(), cpuSeconds(servicePid)];
    const url = await renderByService(client);
    result.serviceS = (performance.now() - started) / 1000;
    result.serviceCpuS = cpuSeconds(servicePid) - cpuBefore;
    await download(url, ours);
  };
  const referenceTurn = async () => {
    const env = { ...process.env, FONTCONFIG_FILE: await fontconfig() };
    const started = performance.now();
    // `times` prints the CPU time of bash, then of what it has waited for: the second line.
    const output = await run('bash', ['-c', '"$@"; code=$?; times; exit $code', '-', reference, media, theirs], {
      env,
      quiet: true,
    });
    result.referenceS = (performance.now() - started) / 1000;
    result.referenceCpuS = sumOfTimes(output.trim().split('\n').at(-1));
  };
  // By turns, so that neither always has the cooler machine; the fonts are there after the service's first.
  for (const turn of pair % 2 === 0 ? [serviceTurn, referenceTurn] : [referenceTurn, serviceTurn]) await turn();
  return { ...result, ssim: await compare(ours, theirs) };
}

/** Seconds in a line like `0m52.352s 0m0.910s`. */
export function sumOfTimes(line) {
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

export function createClient(address) {
  const definition = loadSync('cutroom/v1/task_service.proto', {
    includeDirs: [join(root, 'proto')],
    longs: String,
    enums: String,
    defaults: true,
  });
  const { TaskService } = loadPackageDefinition(definition).cutroom.v1;
  return new TaskService(address, credentials.createInsecure());
}

/** From the submit to the news that it SUCCEEDED, as a caller sees it. */
export async function renderByService(client, spec = SPEC) {
  const task = await new Promise((resolve, reject) => {
    client.submitTask({ spec: toLoaderForm(spec) }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
  for await (const { task: seen } of client.watchTask({ name: task.name })) {
    if (seen?.state === 'SUCCEEDED') return seen.videos[0];
    if (seen?.state === 'FAILED')
      throw new Error(`the render FAILED: ${seen.error.reason} ${seen.error.status?.message}`);
  }
  throw new Error('the watch ended before the task did');
}

/** proto-loader knows JSON's names, but not durations as text. */
export function toLoaderForm(value) {
  if (Array.isArray(value)) return value.map(toLoaderForm);
  if (typeof value === 'string' && /^\d+(\.\d+)?s$/.test(value)) {
    const [seconds, fraction = ''] = value.slice(0, -1).split('.');
    return { seconds, nanos: Number(fraction.padEnd(9, '0')) };
  }
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toLoaderForm(field)]));
}

export async function download(url, path) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(path));
}

/** The configuration that the service has laid out: the reference draws its captions with the same fonts. */
async function fontconfig() {
  for (const name of await readdir(join(folder, 'data'), { recursive: true })) {
    if (name.endsWith('fonts.conf')) return join(folder, 'data', name);
  }
  throw new Error('the service has laid out no fonts');
}

/** SSIM of two videos; throws when they differ in length or are not alike. */
async function compare(ours, theirs) {
  for (const path of [ours, theirs]) {
    const facts = await run(
      'ffprobe',
      [
        '-v',
        'error',
        '-count_packets',
        '-show_entries',
        'stream=codec_type,nb_read_packets,duration',
        '-of',
        'json',
        path,
      ],
      { quiet: true },
    );
    for (const stream of JSON.parse(facts).streams) {
      if (Math.abs(Number(stream.duration) - FRAMES / 30) > 1 / 30)
        throw new Error(`${path}: its ${stream.codec_type} lasts ${stream.duration} s`);
      if (stream.codec_type === 'video' && Number(stream.nb_read_packets) !== FRAMES)
        throw new Error(`${path} has ${stream.nb_read_packets} frames`);
    }
  }
  const ssim = await fileSsim(ours, theirs);
  if (!(ssim >= LEAST_SSIM)) throw new Error(`the pictures differ: SSIM ${ssim}, at least ${LEAST_SSIM} is wanted`);
  return ssim;
}

/** How alike two videos are: 1 is the same. */
export async function fileSsim(one, other) {
  const report = await run(
    'ffmpeg',
    ['-hide_banner', '-nostdin', '-i', one, '-i', other, '-lavfi', '[0:v][1:v]ssim', '-f', 'null', '-'],
    { quiet: true },
  );
  return Number(/SSIM .*All:([\d.]+)/.exec(report)?.[1]);
}
