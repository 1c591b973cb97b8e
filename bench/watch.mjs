/**
 * What does it cost to watch? So many watchers of one task open their streams, and get one update, against a bare grpc-js server that writes
 * the same bytes to as many open streams. The watchers are in a process of their own. By turns; the median counts.
 * Prints a `RESULT name=value` line for each.
 */
import { fork } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../scripts/lib/root.mjs';
import { dim, say, step } from '../scripts/lib/say.mjs';
import { startService } from '../scripts/lib/service.mjs';
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
    },
    logFile: join(folder, 'service.log'),
  });
  const bare = helper('watch-bare.mjs');
  const crowd = helper('watch-crowd.mjs');
  try {
    const { address } = await bare.ask({});
    // Also warms up.
    const { sizes } = await crowd.ask({ grpc: service.grpc, watchers });
    await bare.ask({ sizes });
    const runs = { ours: [], bare: [] };
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, grpc] of [
        ['bare', address],
        ['ours', service.grpc],
      ]) {
        const run = await crowd.ask({ grpc, watchers });
        runs[name].push(run);
        say(dim(`${name}: opened in ${run.openMs.toFixed(0)} ms, update p99 ${run.p99Ms.toFixed(0)} ms`));
      }
    }
    const median = (name, key) => runs[name].map((run) => run[key]).sort((a, b) => a - b)[Math.floor(rounds / 2)];
    for (const key of ['openMs', 'p99Ms']) {
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

/** A program beside this one that answers each message with one. */
function helper(file) {
  const child = fork(join(import.meta.dirname, file));
  return {
    ask: (message) =>
      new Promise((resolve, reject) => {
        child.once('message', resolve).once('exit', () => reject(new Error(`${file} ended`)));
        child.send(message);
      }).finally(() => child.removeAllListeners('exit')),
    end: () => child.disconnect(),
  };
}
