/**
 * `npm run demo:cluster`: from a fresh clone to a fleet on this machine: a MongoDB replica set of three nodes, two api and three worker processes with data folders of
 * their own. Twelve short renders and a long one are submitted to one api and watched by the other. On the way the worker of the long one is killed with -9, and the
 * api that is watched is stopped and started anew. All must end SUCCEEDED, and every video must be whole. Workers that have nothing else to do render sections of the
 * long one, too.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { makeDemo } from './lib/demo-media.mjs';
import { CheckFailedError, fail } from './lib/fail.mjs';
import { ensureMongod } from './lib/mongod.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { startReplicaSet } from './lib/replica-set.mjs';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { bold, dim, green, say, step } from './lib/say.mjs';
import { startService } from './lib/service.mjs';
import { ensureSystemPackages, FOR_RENDERING, FOR_TESTS } from './lib/system-packages.mjs';

const SHORT = 12;
/** Short, so that the death of a worker is seen soon; by default it takes 20 s. */
const LEASES = { CUTROOM_LEASE_MS: '4000', CUTROOM_HEARTBEAT_MS: '1000', CUTROOM_SWEEP_MS: '500' };
const folder = join(root, '.cutroom/demo-cluster');
const media = join(root, '.cutroom/demo/media');
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => interrupt.abort(new CheckFailedError('interrupted')));

try {
  await demo();
} catch (error) {
  fail(error);
  if (interrupt.signal.aborted) process.exitCode = 130;
}

async function demo() {
  await ensureSystemPackages([...FOR_RENDERING, ...FOR_TESTS.filter(({ what }) => what !== 'zsh' && what !== 'fish')]);
  await ensureNpmPackages();
  const mongod = await step('mongod', ensureMongod);
  await step('build', () => run('npm', ['run', '--silent', 'build'], { cwd: root, quiet: true }));
  await mkdir(media, { recursive: true });
  const spec = await step('media', () => makeDemo(media));
  await mkdir(folder, { recursive: true });
  const data = await mkdtemp(join(folder, 'data-'));
  const fleet = new Map();
  let mongo = null;
  try {
    mongo = await step('a replica set of three nodes', () => startReplicaSet(mongod, data));
    const start = async (name, env) => {
      const logFile = join(folder, `${name}.log`);
      const service = await startService({
        env: {
          MONGODB_URI: mongo.uri,
          CUTROOM_DATA_DIR: join(data, name),
          CUTROOM_INPUT_ROOTS: media,
          CUTROOM_DRAIN_MS: '0',
          ...LEASES,
          ...env,
        },
        logFile,
      });
      fleet.set(name, { ...service, name, logFile });
    };
    await step('two api and three worker processes', async () => {
      for (const name of ['api-1', 'api-2']) await start(name, { CUTROOM_SLOTS: '0' });
      for (const name of ['worker-1', 'worker-2', 'worker-3']) await start(name, { CUTROOM_SLOTS: '1' });
    });
    await renderAll(fleet, start, spec, mongo.uri);
  } finally {
    await Promise.all([...fleet.values()].map((service) => service.stop()));
    await mongo?.stop();
    await rm(data, { recursive: true, force: true });
  }
}

async function renderAll(fleet, start, spec, uri) {
  const tasks = [await submit(fleet, { ...long(spec), labels: { demo: 'long' } })];
  for (let i = 0; i < SHORT; i += 1) tasks.push(await submit(fleet, short(i)));
  say(`\n${SHORT + 1} tasks are submitted to api-1 and watched by api-2\n`);
  const board = await makeBoard(tasks);
  const watching = Promise.all(tasks.map((task) => watch(fleet, task, board)));
  watching.catch(() => undefined);
  const [first] = tasks;
  // A task that ends in another way would be waited for in vain.
  const until = async (condition) => {
    while (!condition()) {
      interrupt.signal.throwIfAborted();
      for (const { label, state } of tasks)
        if (state === 'FAILED' || state === 'CANCELLED')
          throw new CheckFailedError(`${label} ended ${state}: see ${folder}/*.log`);
      await delay(100);
    }
  };
  await until(() => first.progress >= 40 || first.state === 'SUCCEEDED');
  if (first.state === 'SUCCEEDED')
    throw new CheckFailedError('the long one was over before its worker could be killed');
  first.worker = await claimantOf(fleet, first);
  board.note(`worker-${first.worker} renders the long one, and is killed with -9`);
  process.kill(fleet.get(`worker-${first.worker}`).pid, 'SIGKILL');
  await until(() => tasks.filter(({ state }) => state === 'SUCCEEDED').length >= 3);
  board.note('api-2 is stopped and started anew; its watchers go on there');
  await fleet.get('api-2').stop();
  await start('api-2', { CUTROOM_SLOTS: '0' });
  await watching;
  board.stop();
  await report(fleet, tasks, uri);
}

async function report(fleet, tasks, uri) {
  const [first] = tasks;
  for (const task of tasks) {
    const by = await claimantOf(fleet, task);
    const { attempt, outputs } = task.last;
    const kept = outputs[0]?.reusedDuration;
    say(
      `${task.state === 'SUCCEEDED' ? green(task.state) : task.state}  ${task.label.padEnd(9)} by worker-${by}, attempt ${attempt}` +
        (kept && task === first ? dim(`; ${kept} of it were there from the attempt that was killed`) : ''),
    );
    if (task.state !== 'SUCCEEDED')
      throw new CheckFailedError(`${task.label} ended ${task.state}: see ${folder}/*.log`);
    await checkVideo(fleet, task);
  }
  const sections = await sectionsOf(fleet, first);
  const shares = [...sections].map(([name, count]) => `${count} by ${name}`);
  say(`sections of the long one: ${shares.join(', ')}`);
  if (sections.size < 2) throw new CheckFailedError('one worker rendered the long one alone');
  const left = await stepsLeft(uri);
  if (left > 0) throw new CheckFailedError(`${left} records of sections are left in the database`);
  if (first.last.attempt < 2) throw new CheckFailedError('the long render was not taken over');
  say(
    `\n${bold(`${tasks.length} of ${tasks.length} SUCCEEDED`)}; every video was fetched from api-1 and has the bytes that were verified`,
  );
}

/** The video from the api that did not watch it. */
async function checkVideo(fleet, { last }) {
  const { url, sha256 } = last.outputs[0];
  const from = new URL(url);
  const bytes = Buffer.from(
    await (await fetch(`http://${fleet.get('api-1').http}${from.pathname}${from.search}`)).arrayBuffer(),
  );
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new CheckFailedError(`${url} has other bytes`);
}

/** Over a minute, in sections. */
function long({ montage }) {
  const { subtitles, narration, ...rest } = montage;
  return {
    spec: {
      montage: { ...rest, materials: Array.from({ length: 5 }, () => montage.materials).flat(), resolution: 540 },
    },
  };
}

function short(i) {
  const uri = ['dawn.mp4', 'fractal.mp4', 'plasma.mp4', 'life.mp4'][i % 4];
  return {
    spec: { montage: { materials: [{ uri }], longestClip: '2s', resolution: 360 } },
    labels: { demo: `short-${i + 1}` },
  };
}

async function submit(fleet, body) {
  const answer = await fetch(`http://${fleet.get('api-1').http}/v1/tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, cache: body.labels.demo === 'long' ? undefined : 'CACHE_MODE_NO_STORE' }),
  });
  const task = await answer.json();
  if (!answer.ok) throw new CheckFailedError(task.message);
  return { id: task.taskId, label: body.labels.demo, state: task.state, progress: 0, revision: '0', last: task };
}

/** Follows a task on api-2 to its end, also through a restart of that: from the revision that was seen last. */
async function watch(fleet, task, board) {
  while (!['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(task.state)) {
    interrupt.signal.throwIfAborted();
    try {
      const url = `http://${fleet.get('api-2').http}/v1/tasks/${task.id}:watch?afterRevision=${task.revision}`;
      const answer = await fetch(url, { signal: interrupt.signal });
      for await (const line of createInterface({ input: Readable.fromWeb(answer.body) })) {
        const now = JSON.parse(line).result?.task;
        if (now)
          board.show(
            Object.assign(task, { state: now.state, progress: now.progress ?? 0, revision: now.revision, last: now }),
          );
      }
    } catch (error) {
      if (interrupt.signal.aborted) throw error;
      // api-2 is away for a moment.
      await delay(200);
    }
  }
}

/** Whose log says that it claimed the task last. */
async function claimantOf(fleet, { id }) {
  let last = { time: 0, worker: '?' };
  for (const { name, logFile } of fleet.values()) {
    const lines = (await readFile(logFile, 'utf8')).split('\n').filter((line) => line.includes(id));
    for (const { time: at, msg } of lines.map((line) => JSON.parse(line))) {
      const time = new Date(at).getTime();
      if (msg === 'task claimed' && time >= last.time) last = { time, worker: name.replace('worker-', '') };
    }
  }
  return last.worker;
}

/** How many sections of a task each worker rendered, by the logs of those that had the task. */
async function sectionsOf(fleet, { id }) {
  const counts = new Map();
  for (const { logFile } of fleet.values()) {
    const lines = (await readFile(logFile, 'utf8')).split('\n').filter((line) => line.includes(id));
    for (const { msg, worker } of lines.map((line) => JSON.parse(line))) {
      if (msg !== 'section rendered') continue;
      // Its name is of host, process and start.
      const name = [...fleet.values()].find(({ pid }) => worker.split('.').includes(String(pid)))?.name ?? worker;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

/** Records of sections that a worker might still want to do. */
async function stepsLeft(uri) {
  const { MongoClient } = await import('mongodb');
  const client = new MongoClient(uri);
  try {
    return await client.db().collection('steps').countDocuments();
  } finally {
    await client.close();
  }
}

/** A live bar for each task on a terminal; elsewhere a line for each change of state. */
async function makeBoard(tasks) {
  const { MultiBar } = (await import('cli-progress')).default;
  if (!process.stdout.isTTY) {
    const states = new Map();
    return {
      show: ({ label, state }) => {
        if (states.get(label) !== state) say(dim(`  ${label} ${state}`));
        states.set(label, state);
      },
      note: (text) => say(bold(text)),
      stop: () => undefined,
    };
  }
  const bars = new MultiBar({
    format: ' {bar} {percentage} %  {label} {state}',
    clearOnComplete: false,
    hideCursor: true,
  });
  const all = new Map(tasks.map(({ id, label, state }) => [id, bars.create(100, 0, { label, state })]));
  return {
    show: ({ id, label, state, progress }) => all.get(id).update(progress, { label, state }),
    note: (text) => bars.log(`${text}\n`),
    stop: () => bars.stop(),
  };
}
