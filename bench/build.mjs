/**
 * What do sections and the cache give? Prints a `RESULT` line for each:
 * the memory of all tools and the CPU time per clip by the number of clips; a second render of which one caption has changed; an attempt after a kill.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../scripts/lib/root.mjs';
import { dim, say, step } from '../scripts/lib/say.mjs';
import { startService } from '../scripts/lib/service.mjs';
import { makeBenchMedia } from './media.mjs';
import { cpuSeconds, startersOf } from './processes.mjs';

const folder = join(root, '.cutroom/bench-build');
const media = join(root, '.cutroom/bench/media');
const SAMPLE_MS = 100;
/** Short, so that a dead worker is soon known to be dead. */
const LEASE = { CUTROOM_LEASE_MS: '2000', CUTROOM_HEARTBEAT_MS: '500' };
const VIDEOS = ['dawn.mp4', 'plasma.mp4', 'test-hd.mp4', 'life.mp4', 'waves.mp4', 'test-24.mp4'];

/** @param {{clips: number[], captionSeconds: number, resolution: number | null}} options `resolution`: null: 1080 for clips, 360 for captions */
export async function benchBuild({ clips, captionSeconds, resolution }) {
  await step('media', () => makeBenchMedia(media));
  for (const count of clips)
    await withService({ CUTROOM_CACHE_MB: '0' }, (service) => memoryOf(service, count, resolution ?? 1080));
  if (captionSeconds === 0) return;
  const size = resolution ?? 360;
  await withService({}, (service) => changedCaption(service, captionSeconds, size));
  await afterKill(captionSeconds, size);
}

async function withService(env, use, { keep = false } = {}) {
  const dataDir = join(folder, 'data');
  if (!keep) await rm(dataDir, { recursive: true, force: true });
  const service = await startService({
    env: { CUTROOM_DATA_DIR: dataDir, CUTROOM_INPUT_ROOTS: media, CUTROOM_LOG_LEVEL: 'warn', ...env },
    logFile: join(folder, 'service.log'),
  });
  try {
    return await use(service);
  } finally {
    await service.stop();
  }
}

/** Clips of 0.2 s: what counts is how many there are. */
async function memoryOf(service, count, resolution) {
  const materials = Array.from({ length: count }, (_, i) => ({ uri: VIDEOS[i % VIDEOS.length] }));
  const sampler = sampleTools(service.pid);
  const { cpuS, task } = await render(service, { montage: { materials, longestClip: '0.2s', resolution } });
  const peak = sampler.stop();
  say(dim(`${count} clips: ${task.outputs[0].frameCount} frames`));
  say(`RESULT clips=${count} peak_mb=${Math.round(peak / 1024 ** 2)} cpu_per_clip_s=${(cpuS / count).toFixed(3)}`);
}

async function changedCaption(service, seconds, resolution) {
  const first = await render(service, captioned(seconds, resolution, 'before'));
  const second = await render(service, captioned(seconds, resolution, 'after'));
  const { reusedDuration } = second.task.outputs[0];
  say(
    `RESULT changed_caption_ratio=${(second.wallS / first.wallS).toFixed(3)} cpu_ratio=${(second.cpuS / first.cpuS).toFixed(3)} seconds=${seconds} reused=${reusedDuration}`,
  );
}

/** The service is killed when nine tenths are rendered; another takes the task up again. */
async function afterKill(seconds, resolution) {
  const spec = captioned(seconds, resolution, 'killed');
  const whole = await withService({ ...LEASE }, (service) => render(service, spec));
  const killed = await withService({ ...LEASE, CUTROOM_PROGRESS_MS: '200' }, async (service) => {
    const name = await submit(service, spec);
    for (;;) {
      const task = await get(service, name);
      if (task.progress >= 90) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    process.kill(service.pid, 'SIGKILL');
    return name;
  });
  const second = await withService({ ...LEASE }, (service) => follow(service, killed), { keep: true });
  const { reusedDuration, renderedDuration } = second.task.outputs[0];
  say(
    `RESULT after_kill_cpu_ratio=${(second.cpuS / whole.cpuS).toFixed(3)} reused=${reusedDuration} rendered=${renderedDuration}`,
  );
}

export function captioned(seconds, resolution, text) {
  const cues = Array.from({ length: seconds / 5 }, (_, i) => ({
    start: `${5 * i}s`,
    end: `${5 * i + 4}s`,
    text: i === 3 ? text : `caption ${i}`,
  }));
  const materials = Array.from({ length: Math.ceil(seconds / 4) }, (_, i) => ({ uri: VIDEOS[i % VIDEOS.length] }));
  return { montage: { materials, longestClip: '4s', resolution, subtitles: { cues: { cues } } } };
}

async function render(service, spec) {
  return follow(service, await submit(service, spec));
}

export async function follow(service, name) {
  const [started, cpuBefore] = [performance.now(), cpuSeconds(service.pid)];
  for (let revision = 0; ;) {
    const task = await get(service, name, `?wait_for_revision_after=${revision}`);
    revision = task.revision;
    if (task.state === 'SUCCEEDED') {
      const wallS = (performance.now() - started) / 1000;
      return { task, wallS, cpuS: cpuSeconds(service.pid) - cpuBefore };
    }
    if (task.state === 'FAILED') throw new Error(`${name} failed: ${task.error.status.message}`);
  }
}

export async function submit(service, spec) {
  const response = await fetch(`http://${service.http}/v1/tasks`, {
    method: 'POST',
    body: JSON.stringify({ spec, timeouts: { total: '7200s' } }),
  });
  const task = await response.json();
  if (!response.ok) throw new Error(task.message);
  return task.name;
}

async function get(service, name, query = '') {
  const response = await fetch(`http://${service.http}/v1/${name}${query}`);
  const task = await response.json();
  if (!response.ok) throw new Error(task.message);
  return task;
}

/** The most memory that the children of a process, and theirs, had at one time. */
function sampleTools(pid) {
  let peak = 0;
  let isOver = false;
  const sampling = (async () => {
    while (!isOver) {
      peak = Math.max(peak, await toolBytes(pid));
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  return {
    stop() {
      isOver = true;
      void sampling;
      return peak;
    },
  };
}

async function toolBytes(parent) {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  const processes = stats.flatMap((text) => {
    const [head, rest] = text.split(') ');
    if (rest === undefined) return [];
    const fields = rest.split(' ');
    return [{ pid: Number(head.split(' ')[0]), parent: Number(fields[1]), bytes: Number(fields[21]) * 4096 }];
  });
  const family = new Set([parent]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent: of } of processes) {
      if (!family.has(of) || family.has(pid)) continue;
      family.add(pid);
      grown = true;
    }
  }
  for (const starter of startersOf(parent)) family.delete(starter);
  return processes.reduce((sum, { pid, bytes }) => sum + (family.has(pid) ? bytes : 0), 0);
}
