/**
 * What does it cost to watch? So many watchers of one task open their streams, and get one update, against a bare grpc-js server that writes
 * the same bytes to as many open streams: the time until all have their first message, the p99 until all have heard of the update, the CPU time of the server for
 * a round, and its heap for each watcher. The watchers are in a process of their own. By turns; the median counts.
 * Prints a `RESULT name=value` line for each.
 */
import { fork } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../scripts/lib/root.mjs';
import { dim, say, step } from '../scripts/lib/say.mjs';
import { startService } from '../scripts/lib/service.mjs';
import { cpuMsOf, heapOf, probedEnv } from './server-costs.mjs';
import { makeMedia, STILL } from '../scripts/lib/media.mjs';

const folder = join(root, '.cutroom/bench-watch');
const media = join(folder, 'media');

/** @param {{rounds: number, watchers: number}} options */
export async function benchWatch({ rounds, watchers }) {
  await step('media', () =>
    makeMedia(media, [{ file: 'still.png', source: 'color=teal:size=320x240', output: STILL }]),
  );
  await rm(join(folder, 'data'), { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const service = await startService({
    env: {
      CUTROOM_DATA_DIR: join(folder, 'data'),
      CUTROOM_INPUT_ROOTS: media,
      CUTROOM_LOG_LEVEL: 'warn',
      CUTROOM_SLOTS: '0',
      ...probedEnv(join(folder, 'heap-ours')),
    },
    logFile: join(folder, 'service.log'),
  });
  const bare = helper('watch-bare.mjs', probedEnv(join(folder, 'heap-bare')));
  const crowd = helper('watch-crowd.mjs');
  try {
    const { address } = await bare.ask({});
    // Also warms up.
    await crowd.ask({ grpc: service.grpc, watchers });
    const { sizes } = await crowd.ask({});
    await bare.ask({ sizes });
    const runs = { ours: [], bare: [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, grpc, pid] of [
        ['bare', address, bare.pid],
        ['ours', service.grpc, service.pid],
      ]) {
        const run = await oneRound(crowd, { grpc, pid, watchers, heapFile: join(folder, `heap-${name}`) });
        runs[name].push(run);
        say(dim(`${name}: opened in ${run.openMs.toFixed(0)} ms, update p99 ${run.p99Ms.toFixed(0)} ms`));
      }
    }
    const median = (name, key) => runs[name].map((run) => run[key]).sort((a, b) => a - b)[Math.floor(rounds / 2)];
    for (const key of ['openMs', 'p99Ms', 'cpuMs', 'heapBytes']) {
      const [ours, theirs] = [median('ours', key), median('bare', key)];
      const ratio = (ours / theirs).toFixed(2);
      say(`RESULT watch_${key}=${ours.toFixed(0)} bare=${theirs.toFixed(0)} ratio=${ratio} watchers=${watchers}`);
    }
  } finally {
    crowd.end();
    bare.end();
    await service.stop();
  }
}

async function oneRound(crowd, { grpc, pid, watchers, heapFile }) {
  const emptyBytes = await heapOf(pid, heapFile);
  const startMs = cpuMsOf(pid);
  const { openMs } = await crowd.ask({ grpc, watchers });
  const openedMs = cpuMsOf(pid);
  const heapBytes = ((await heapOf(pid, heapFile)) - emptyBytes) / watchers;
  // The collections are not of its own work.
  const resumedMs = cpuMsOf(pid);
  const { p99Ms } = await crowd.ask({});
  return { openMs, p99Ms, heapBytes, cpuMs: openedMs - startMs + (cpuMsOf(pid) - resumedMs) };
}

/** A program beside this one that answers each message with one. */
function helper(file, env = {}) {
  const child = fork(join(import.meta.dirname, file), { env: { ...process.env, ...env } });
  return {
    pid: child.pid,
    ask: (message) =>
      new Promise((resolve, reject) => {
        child.once('message', resolve).once('exit', () => reject(new Error(`${file} ended`)));
        child.send(message);
      }).finally(() => child.removeAllListeners('exit')),
    end: () => child.disconnect(),
  };
}
