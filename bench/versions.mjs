/**
 * Is this commit slower than an earlier one? Starts the built services of both and asks them by turns: the rates of GetTask, SubmitTask and
 * the JSON poll, and the time and CPU time of one render from submit to SUCCEEDED. Prints a `RESULT` line for each, this commit over the
 * earlier one: a rate is no worse from 1 up, a time from 1 down.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../scripts/lib/root.mjs';
import { run } from '../scripts/lib/run.mjs';
import { dim, say, step } from '../scripts/lib/say.mjs';
import { firstTask, grpc, http } from './api.mjs';
import { makeBenchMedia, STILL_RECIPE } from './media.mjs';
import { compare, helper, median } from './pairs.mjs';
import { cpuSeconds } from './processes.mjs';
import { createClient, renderByService } from './render.mjs';

const folder = join(root, '.cutroom/bench-versions');
const media = join(folder, 'media');

/** @param {{commit: string, rounds: number, pairs: number}} options pairs of rounds per rate, and pairs of renders */
export async function benchVersions({ commit, rounds, pairs }) {
  const checkout = await step(`build of ${commit}`, () => buildOf(commit));
  await step('media', () => makeBenchMedia(media, [STILL_RECIPE]));
  await rm(join(folder, 'data'), { recursive: true, force: true });
  const load = helper('api-load.mjs');
  try {
    await withBoth(checkout, { CUTROOM_SLOTS: '0' }, (sides) => benchRates({ ...sides, load, rounds }));
  } finally {
    load.end();
  }
  await withBoth(checkout, {}, (sides) => benchRenders({ ...sides, pairs }));
}

/** A checkout of the commit beside this one, built; kept for the next run. */
async function buildOf(commit) {
  const checkout = join(folder, 'checkouts', commit);
  const quiet = { quiet: true };
  await mkdir(join(folder, 'checkouts'), { recursive: true });
  await rm(checkout, { recursive: true, force: true });
  await run('git', ['clone', '--quiet', '--no-checkout', '--shared', root, checkout], quiet);
  await run('git', ['checkout', '--quiet', commit], { cwd: checkout, ...quiet });
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: checkout, ...quiet });
  await run('npm', ['run', '--silent', 'build'], { cwd: checkout, ...quiet });
  return checkout;
}

async function withBoth(checkout, env, use) {
  const sides = {};
  try {
    for (const [side, tree] of [
      ['ours', root],
      ['theirs', checkout],
    ])
      sides[side] = await startServiceOf(tree, { side, env });
    await use(sides);
  } finally {
    for (const service of Object.values(sides)) await service.stop();
  }
}

/** Every render is made anew: a version with a cache has it turned off. */
async function startServiceOf(tree, { side, env }) {
  const { startService } = await import(pathToFileURL(join(tree, 'scripts/lib/service.mjs')).href);
  const hasCache = (await readFile(join(tree, 'README.md'), 'utf8')).includes('CUTROOM_CACHE_MB');
  const dataDir = join(folder, 'data', `${side}-${env.CUTROOM_SLOTS ?? 'all'}`);
  return startService({
    env: {
      CUTROOM_DATA_DIR: dataDir,
      CUTROOM_INPUT_ROOTS: media,
      CUTROOM_LOG_LEVEL: 'warn',
      ...(hasCache ? { CUTROOM_CACHE_MB: '0' } : {}),
      ...env,
    },
    logFile: join(folder, `${side}.log`),
  });
}

async function benchRates({ ours, theirs, load, rounds }) {
  const rate = { load, rounds, pids: { ours: ours.pid, theirs: theirs.pid } };
  const [mine, other] = [await firstTask(ours), await firstTask(theirs)];
  const pairs = {
    grpc_get: (service, task) => grpc(service.grpc, 'GetTask', [task.getBytes]),
    json_poll: (service, task) => http(service.http, `/v1/${task.name}`),
    grpc_submit: (service, task) => grpc(service.grpc, 'SubmitTask', [task.submitBytes]),
  };
  for (const [name, order] of Object.entries(pairs))
    await compare(`version_${name}`, order(ours, mine), order(theirs, other), rate);
}

async function benchRenders({ ours, theirs, pairs }) {
  const services = { ours, theirs };
  const clients = { ours: createClient(ours.grpc), theirs: createClient(theirs.grpc) };
  const ratios = { wall: [], cpu: [] };
  try {
    // The first pair warms both up and is not counted.
    for (let pair = 0; pair <= pairs; pair += 1) {
      const took = {};
      for (const side of pair % 2 === 0 ? ['ours', 'theirs'] : ['theirs', 'ours']) {
        const [startedMs, cpuBefore] = [performance.now(), cpuSeconds(services[side].pid)];
        await renderByService(clients[side]);
        took[side] = {
          wall: (performance.now() - startedMs) / 1000,
          cpu: cpuSeconds(services[side].pid) - cpuBefore,
        };
      }
      const shown = ['ours', 'theirs'].map((side) => `${side} ${took[side].wall.toFixed(2)} s`).join(', ');
      say(dim(`render ${pair}: ${shown}`));
      if (pair === 0) continue;
      for (const kind of ['wall', 'cpu']) ratios[kind].push(took.ours[kind] / took.theirs[kind]);
    }
  } finally {
    for (const client of Object.values(clients)) client.close();
  }
  say(
    `RESULT version_render_ratio=${median(ratios.wall).toFixed(3)} version_render_cpu_ratio=${median(ratios.cpu).toFixed(3)} pairs=${pairs}`,
  );
}
