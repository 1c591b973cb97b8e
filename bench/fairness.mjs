/**
 * Does a tenant with a long queue hold up another? One worker with one slot renders tiny videos of tenant A without end, first from a queue that is kept short, then from one of
 * 50,000. Tenant B submits one task at a time. Prints `RESULT fairness_…`: the time from B's submit to RUNNING, p50 and p95 of both, and the ratio of the p95.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../scripts/lib/root.mjs';
import { dim, say, step } from '../scripts/lib/say.mjs';
import { startService } from '../scripts/lib/service.mjs';

const folder = join(root, '.cutroom/bench-fairness');
const BOOTSTRAP = 'bootstrap-key-of-the-bench-of-fairness-0001';
const SHORT = 3;
const AT_ONCE = 64;

const TINY = {
  timeline: {
    canvas: { width: 64, height: 36, frameRate: '10' },
    tracks: [{ clips: [{ color: { color: '#336699' }, duration: '0.1s' }] }],
  },
};

/** @param {{queued: number, samples: number}} options tasks of A, and tasks of B for each of both */
export async function benchFairness({ queued, samples }) {
  await rm(join(folder, 'data'), { recursive: true, force: true });
  await mkdir(join(folder, 'in'), { recursive: true });
  const service = await startService({
    env: {
      CUTROOM_DATA_DIR: join(folder, 'data'),
      CUTROOM_INPUT_ROOTS: join(folder, 'in'),
      CUTROOM_SLOTS: '1',
      CUTROOM_LOG_LEVEL: 'error',
      CUTROOM_AUTH: 'keys',
      CUTROOM_BOOTSTRAP_KEY: BOOTSTRAP,
    },
    logFile: join(folder, 'service.log'),
  });
  try {
    const call = callerOf(service.http);
    const [a, b] = [await keyOf(call, 'a'), await keyOf(call, 'b')];
    const stop = keepQueued(call, a, SHORT);
    await startTimes(call, b, 3);
    const short = await startTimes(call, b, samples);
    await stop();
    await step(`queue of ${queued}`, () => fill(call, a, queued));
    const long = await startTimes(call, b, samples);
    const left = await call('GET', `/v1/tasks?filter=${encodeURIComponent('state=QUEUED')}&page_size=1`, { key: a });
    if (left.tasks?.length !== 1) throw new Error('the long queue came to its end; queue more');
    say(dim(`B waits, short queue of A: ${list(short)} ms`));
    say(dim(`B waits, long queue of A: ${list(long)} ms`));
    say(
      `RESULT fairness_p50_ms=${at(short, 0.5)}/${at(long, 0.5)} fairness_p95_ms=${at(short, 0.95)}/${at(long, 0.95)} fairness_p95_ratio=${(at(long, 0.95) / at(short, 0.95)).toFixed(2)} queued=${queued} samples=${samples}`,
    );
  } finally {
    await service.stop();
  }
}

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
  return times.sort((one, other) => one - other);
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
