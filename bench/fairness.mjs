/**
 * Does a tenant with a long queue hold up another? A worker with two slots renders tiny videos of tenant A; tenant B submits one task at a time, and the time from its submit to RUNNING counts:
 *
 * - `idle`: A has nothing;
 * - `short`: A keeps three tasks in the queue, so that every slot is taken whenever B comes;
 * - `long`: A has 50,000 in the queue;
 * - `long_limited`, `long_paused`: the same queue, by turns while A may use one of the slots (`running: 1`), and none.
 *
 * Prints a `RESULT fairness_…` for each, and the ratios: `queue` (long against short: what the length of a queue costs), `idle` (long_limited against idle: what B notices of A at all, where a slot is kept
 * free for the others) and `paused` (long_limited against long_paused, which are measured in the same minutes).
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../scripts/lib/root.mjs';
import { dim, say, step } from '../scripts/lib/say.mjs';
import { startService } from '../scripts/lib/service.mjs';

const folder = join(root, '.cutroom/bench-fairness');
const limitsFile = join(folder, 'limits.yaml');
const BOOTSTRAP = 'bootstrap-key-of-the-bench-of-fairness-0001';
const SHORT = 3;
const AT_ONCE = 64;
/** A changed file of limits counts within 2 s; tasks of A that run by then end. */
const LIMITS_MS = 4_000;
const ROUNDS = 4;

const TINY = {
  timeline: {
    canvas: { width: 64, height: 36, frameRate: '10' },
    tracks: [{ clips: [{ color: { color: '#336699' }, duration: '0.1s' }] }],
  },
};

/** @param {{queued: number, samples: number}} options tasks of A, and tasks of B for each line */
export async function benchFairness({ queued, samples }) {
  await rm(join(folder, 'data'), { recursive: true, force: true });
  await mkdir(join(folder, 'in'), { recursive: true });
  await limitA(null);
  const service = await startService({
    env: {
      CUTROOM_DATA_DIR: join(folder, 'data'),
      CUTROOM_INPUT_ROOTS: join(folder, 'in'),
      CUTROOM_LIMITS_FILE: limitsFile,
      CUTROOM_SLOTS: '2',
      CUTROOM_LOG_LEVEL: 'error',
      CUTROOM_AUTH: 'keys',
      CUTROOM_BOOTSTRAP_KEY: BOOTSTRAP,
    },
    logFile: join(folder, 'service.log'),
  });
  try {
    const call = callerOf(service.http);
    report(await measure(call, { queued, samples }), { queued, samples });
  } finally {
    await service.stop();
  }
}

async function measure(call, { queued, samples }) {
  const [a, b] = [await keyOf(call, 'a'), await keyOf(call, 'b')];
  await startTimes(call, b, 3);
  const idle = await startTimes(call, b, samples);
  const stop = keepQueued(call, a, 2 + SHORT);
  await startTimes(call, b, 3);
  const short = await startTimes(call, b, samples);
  await stop();
  await step(`queue of ${queued}`, () => fill(call, a, queued));
  const long = await startTimes(call, b, samples);
  const [limited, paused] = [[], []];
  for (let round = 0; round < ROUNDS; round++)
    for (const [running, times] of [
      [1, limited],
      [0, paused],
    ]) {
      await limitA(running);
      await new Promise((resolve) => setTimeout(resolve, LIMITS_MS));
      times.push(...(await startTimes(call, b, Math.ceil(samples / ROUNDS))));
    }
  const left = await call('GET', `/v1/tasks?filter=${encodeURIComponent('state=QUEUED')}&page_size=1`, { key: a });
  if (left.tasks?.length !== 1) throw new Error('the long queue came to its end; queue more');
  return { idle, short, long, long_limited: limited, long_paused: paused };
}

function report(measured, { queued, samples }) {
  const p95 = {};
  for (const [name, times] of Object.entries(measured)) {
    times.sort((one, other) => one - other);
    p95[name] = at(times, 0.95);
    say(dim(`B waits, ${name}: ${list(times)} ms`));
  }
  const lines = Object.entries(measured).map(
    ([name, times]) => `fairness_${name}_ms=${at(times, 0.5)}/${at(times, 0.95)}`,
  );
  const ratio = (one, other) => (p95[one] / p95[other]).toFixed(2);
  say(
    `RESULT ${lines.join(' ')} fairness_queue_ratio=${ratio('long', 'short')} fairness_idle_ratio=${ratio('long_limited', 'idle')} fairness_paused_ratio=${ratio('long_limited', 'long_paused')} queued=${queued} samples=${samples}`,
  );
}

/** @param running how many tasks of A may be rendered at once; null: any number */
const limitA = (running) => writeFile(limitsFile, JSON.stringify({ tenants: { a: { running } } }));

const callerOf = (address) =>
  async function call(method, path, { key, body }) {
    const response = await fetch(`http://${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${answer.message}`);
    return answer;
  };

async function keyOf(call, tenant) {
  const apiKey = { displayName: 'bench', tenant, scopes: ['tasks.submit', 'tasks.read'] };
  return (await call('POST', '/v1/apiKeys', { key: BOOTSTRAP, body: { apiKey } })).key;
}

const submit = (call, key) => call('POST', '/v1/tasks', { key, body: { spec: TINY, cache: 'CACHE_MODE_NO_STORE' } });

/** Submits a task whenever one ends. @returns what ends it, once its tasks have ended. */
function keepQueued(call, key, count) {
  let isOver = false;
  const loops = Array.from({ length: count }, async () => {
    while (!isOver) await ended(call, key, (await submit(call, key)).name);
  });
  return async () => {
    isOver = true;
    await Promise.all(loops);
  };
}

async function fill(call, key, count) {
  let left = count;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await submit(call, key);
    }),
  );
}

/** From submit to RUNNING, in milliseconds, by the clock of the service. */
async function startTimes(call, key, samples) {
  const times = [];
  while (times.length < samples) {
    const { createTime, startTime } = await ended(call, key, (await submit(call, key)).name);
    times.push(Date.parse(startTime) - Date.parse(createTime));
  }
  return times;
}

async function ended(call, key, name) {
  let task = await call('GET', `/v1/${name}`, { key });
  while (task.state === 'QUEUED' || task.state === 'RUNNING')
    task = await call('GET', `/v1/${name}?wait_for_revision_after=${task.revision}&wait_timeout=20s`, { key });
  if (task.state !== 'SUCCEEDED') throw new Error(`${name} is ${task.state}: ${JSON.stringify(task.error)}`);
  return task;
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
const list = (sorted) => [0, 0.25, 0.5, 0.75, 0.95, 1].map((share) => at(sorted, share)).join(', ');
