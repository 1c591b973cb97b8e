/**
 * What does a page of ListTasks cost among many tasks, and how long is the event loop blocked by it? SQLite runs in the service's own thread: nobody
 * is served meanwhile. MongoDB instead of SQLite: `--mongodb URI`, in a database of its own, which is dropped at the end. Prints a `RESULT` line for each read, in milliseconds: the median of some tries, and the most CPU
 * that one turn of the event loop took in any of them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dim, say, step } from '../scripts/lib/say.mjs';

const WRITERS = 64;
const PROJECTS = 1000;
const TRIES = 21;
const PAGE = 50;

/** @param {{tasks: number, mongodb: string | undefined}} options how many there are, each with four labels, and where */
export async function benchList({ tasks, mongodb }) {
  const { store, close } = mongodb === undefined ? await openSqlite() : await openMongo(mongodb);
  try {
    await step(`${tasks} tasks`, () => fill(store, tasks));
    const label = (key, value, equal = true) => ({ key, value, equal });
    const list = (filter, more) => () =>
      store.list({ tenant: 'default', limit: PAGE, order: 'newest-first', after: null, filter, ...more });
    const page = async (read) => (await read()).tasks.length;
    const filters = {
      all: { states: null, labels: [] },
      state_of_none: { states: ['FAILED'], labels: [] },
      label_of_one: { states: null, labels: [label('run', 'r5')] },
      label_of_a_thousandth: { states: null, labels: [label('project', 'p7')] },
      state_of_all_and_label_of_a_thousandth: { states: ['QUEUED'], labels: [label('project', 'p7')] },
      two_labels_without_a_common_task: { states: null, labels: [label('half', 'a'), label('other', 'b')] },
      not_a_label_of_all: { states: null, labels: [label('half', 'a', false), label('half', 'b', false)] },
    };
    for (const [name, filter] of Object.entries(filters)) await measure(name, () => page(list(filter)));
    await measure('page_of_1000', () => page(list(filters.all, { limit: 1000 })));
    await measure('whole_list_of_two_labels', () => walk(store, filters.two_labels_without_a_common_task), 3);
    const place = Math.min(500_000, tasks - 10);
    await measure(`place_${place}`, async () => (await store.positionOf('default', place)) && 1);
    await measure('count', () => store.count('default'));
  } finally {
    await close();
  }
}

async function openSqlite() {
  const { createSqliteStore } = await import('../dist/src/store/sqlite/sqlite-store.js');
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-bench-list-'));
  const store = createSqliteStore({ file: join(folder, 'tasks.sqlite') });
  const close = async () => {
    await store.close();
    await rm(folder, { recursive: true });
  };
  return { store, close };
}

async function openMongo(uri) {
  const { createMongoStore } = await import('../dist/src/store/mongo/mongo-store.js');
  const { MongoClient } = await import('mongodb');
  const own = new URL(uri);
  own.pathname = `/cutroom-bench-list-${process.pid}`;
  const store = await createMongoStore({ uri: own.href, callDeadlineMs: 60_000 });
  const close = async () => {
    await store.close();
    const client = await new MongoClient(own.href).connect();
    await client.db().dropDatabase();
    await client.close();
  };
  return { store, close };
}

async function fill(store, tasks) {
  const { submitted } = await import('../dist/src/task/lifecycle.js');
  const { systemClock } = await import('../dist/src/app/system-clock.js');
  const timeouts = { queueMs: 1e9, totalMs: null, stallMs: null, fetchMs: null };
  const common = { tenant: 'default', requestId: null, requestHash: 'a'.repeat(64) };
  const options = { maxAttempts: 2, priority: 0, timeouts, ttlMs: 1e9 };
  let next = 0;
  const write = async () => {
    while (next < tasks) {
      const i = next++;
      await store.insert(
        submitted({
          ...common,
          id: systemClock.newTaskId(),
          nowMs: 1.7e12 + i,
          options: { ...options, labels: labelsOf(i) },
        }),
        '{}',
      );
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

/** No task has `half` = a and `other` = b. */
function labelsOf(i) {
  const half = i % 2 === 0 ? 'a' : 'b';
  return { project: `p${i % PROJECTS}`, run: `r${i}`, half, other: half };
}

/** Every page of a list, as a caller reads them. */
async function walk(store, filter) {
  let found = 0;
  let after = null;
  do {
    const page = await store.list({ tenant: 'default', limit: PAGE, order: 'newest-first', after, filter });
    found += page.tasks.length;
    after = page.next;
  } while (after !== null);
  return found;
}

async function measure(name, read, tries = TRIES) {
  const times = [];
  const blocks = [];
  let found = 0;
  for (let i = 0; i < tries; i += 1) {
    const watch = watchLoop();
    const startMs = performance.now();
    found = await read();
    times.push(performance.now() - startMs);
    blocks.push(await watch.stop());
  }
  for (const all of [times, blocks]) all.sort((a, b) => a - b);
  say(dim(`${name}: ${found} found; the slowest try ${times.at(-1).toFixed(1)} ms`));
  say(`RESULT list_${name}_ms=${median(times)} block_ms=${blocks.at(-1).toFixed(2)}`);
}

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const median = (sorted) => sorted[sorted.length >> 1].toFixed(2);

/** Looks how much CPU a turn of the event loop takes at most, from this call until `stop`. By the clock a busy machine would be measured. */
function watchLoop() {
  let lastMs = cpuMs();
  let longestMs = 0;
  let isOver = false;
  const look = () => {
    const nowMs = cpuMs();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  return {
    stop: async () => {
      isOver = true;
      await new Promise((resolve) => setImmediate(resolve));
      return longestMs;
    },
  };
}
