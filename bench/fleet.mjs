/**
 * `npm run bench:fleet [-- --seconds 600 --pairs 1]`: what does a second worker save? One captioned video of small frames is rendered by one worker and by two, each bound to one core of its own (`taskset`), with fresh
 * databases and folders by turns. Prints a `RESULT` line. Beside the time it has the CPU time of the busier of two workers over that of one alone: what the time would be on cores that do nothing else.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureMongod } from '../scripts/lib/mongod.mjs';
import { startReplicaSet } from '../scripts/lib/replica-set.mjs';
import { root } from '../scripts/lib/root.mjs';
import { dim, say, step } from '../scripts/lib/say.mjs';
import { startService } from '../scripts/lib/service.mjs';
import { captioned, follow, submit } from './build.mjs';
import { cpuSeconds } from './processes.mjs';
import { makeBenchMedia } from './media.mjs';
import { median } from './pairs.mjs';

const media = join(root, '.cutroom/bench/media');
const RESOLUTION = 180;
const FRAME_RATE = '15';
const GOAL = 0.6;

/** @param {{ seconds: number, pairs: number }} options */
export async function benchFleet({ seconds, pairs }) {
  await step('media', () => makeBenchMedia(media));
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-fleet-'));
  const set = await startReplicaSet(await ensureMongod(), folder, { nodes: 1 });
  const rounds = [];
  try {
    for (let i = 0; i < pairs; i += 1) {
      const one = await renderBy(1, { folder, set, name: `one${i}`, seconds });
      const two = await renderBy(2, { folder, set, name: `two${i}`, seconds });
      if (one.frames !== two.frames) throw new Error(`one worker made ${one.frames} frames, two made ${two.frames}`);
      rounds.push({ wall: two.wallS / one.wallS, cpu: two.busiestS / one.busiestS, all: two.cpuS / one.cpuS });
    }
  } finally {
    await set.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const of = (name) => median(rounds.map((round) => round[name])).toFixed(3);
  say(
    `RESULT fleet_ratio=${of('wall')} busier_cpu_ratio=${of('cpu')} all_cpu_ratio=${of('all')} seconds=${seconds} pairs=${pairs}`,
  );
  say(
    `goal: at most ${GOAL}: by time ${of('wall') <= GOAL ? 'met' : 'missed'}, by CPU time ${of('cpu') <= GOAL ? 'met' : 'missed'}`,
  );
}

/** The video by so many workers; each has one slot, and one core. */
async function renderBy(count, { folder, set, name, seconds }) {
  const services = [];
  const start = async (i, more = {}, prefix = []) => {
    const data = join(folder, `${name}-${i}`);
    const env = {
      MONGODB_URI: set.uri.replace('/cutroom?', `/fleet-${name}?`),
      CUTROOM_DATA_DIR: data,
      CUTROOM_INPUT_ROOTS: media,
      ...more,
    };
    services.push(await startService({ env, logFile: join(root, `.cutroom/bench-fleet/${name}-${i}.log`), prefix }));
    return services.at(-1);
  };
  try {
    const api = await start('api', { CUTROOM_SLOTS: '0' });
    const workers = [];
    for (let core = 0; core < count; core += 1)
      workers.push(await start(core, { CUTROOM_SLOTS: '1', CUTROOM_CORES: '1' }, ['taskset', '-c', String(core)]));
    const before = workers.map(({ pid }) => cpuSeconds(pid));
    const spec = captioned(seconds, RESOLUTION, 'here');
    const { task, wallS } = await follow(
      api,
      await submit(api, { montage: { ...spec.montage, frameRate: FRAME_RATE } }),
    );
    const after = workers.map(({ pid }) => cpuSeconds(pid));
    const cpu = after.map((value, i) => value - before[i]);
    const [output] = task.outputs;
    say(
      dim(
        `${count} worker(s): ${wallS.toFixed(1)} s, CPU ${cpu.map((s) => `${s.toFixed(1)} s`).join(' and ')}, ${output.frameCount} frames`,
      ),
    );
    return { wallS, busiestS: Math.max(...cpu), cpuS: cpu.reduce((sum, s) => sum + s, 0), frames: output.frameCount };
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
}
