/**
 * What do reads and claims cost among very many tasks, compared with the same among a thousand? Both stores are open at once and asked by turns, so that whatever else the machine does
 * slows both alike. Prints a `RESULT` line for each call, with the ratios of the median and of the 99th percentile, and the most CPU that one turn of the event loop took: SQLite runs in the
 * service's own thread, and nobody is served meanwhile. `--mongodb URI`: on that server, in databases of its own, which are dropped at the end; `--mongodb here`: on one that is started for it. There
 * it also prints what the server says that it did for each call: plan, documents read, documents used.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dim, say, step } from '../scripts/lib/say.mjs';
import { LISTS, manyTask, START_MS } from './many-tasks.mjs';
import { openMongo, openSqlite } from './many-stores.mjs';

const FEW = 1000;
const TRIES = 200;
/** Of reads that take long by their nature. */
const LONG_TRIES = 9;
const PAGE = 50;
const GOAL = 2;

/** @param {{tasks: number, mongodb: string | undefined}} options how many there are, and where */
export async function benchList({ tasks, mongodb }) {
  const lifecycle = await import('../dist/src/task/lifecycle.js');
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-bench-list-'));
  const place = mongodb === undefined ? await openSqlite(folder) : await openMongo(folder, mongodb);
  try {
    const sides = [];
    for (const count of [FEW, tasks]) {
      const side = await place.open(`cutroom-bench-list-${process.pid}-${count}`);
      await step(`${count} tasks`, () => side.fill(count, (i) => manyTask(i, lifecycle)));
      sides.push({ count, ...side });
    }
    const misses = [];
    for (const [name, call] of Object.entries(callsOf(lifecycle, tasks))) {
      const ratio = await compare(name, call, sides, TRIES);
      if (['get', 'claim'].includes(name) || name.startsWith('list_')) misses.push(...(ratio > GOAL ? [name] : []));
    }
    say(
      `goal: p99 of Get, List and claim at most ${GOAL} × that of ${FEW}: ${misses.length === 0 ? 'met' : `missed by ${misses.join(', ')}`}`,
    );
    const { store } = sides[1];
    await measure('page_of_1000', () => store.list(query(LISTS.no_filter, { limit: 1000 })));
    const nowhere = { filter: { states: null, labels: [label('half', 'a'), label('other', 'b')] } };
    await measure('two_labels_without_a_common_task', () => store.list(query(nowhere)));
    await measure('whole_list_of_them', () => walk(store, nowhere), 3);
    const middle = Math.floor(tasks / 2.5);
    await measure(`place_${middle}`, () => store.positionOf('default', middle));
    await measure('count', () => store.count('default'));
    await measure('stats', () => store.stats());
  } finally {
    await place.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const label = (key, value) => ({ key, value, equal: true });

function query({ tenant = 'default', filter }, more = {}) {
  return { tenant, filter, limit: PAGE, order: 'newest-first', after: null, ...more };
}

/** By name: what is asked of a store with so many tasks. Answers how long it took, in milliseconds, or null: the whole of it. */
function callsOf({ claimed, handedBack }, tasks) {
  const lists = Object.entries(LISTS).map(([name, list]) => [
    `list_${name}`,
    ({ store, count }) => store.list(query(list, { after: { createTimeMs: START_MS + count * 0.7, id: '' } })),
  ]);
  // Seldom those that were read before.
  let at = 0;
  const next = (count) => (at = (at + 7_919) % Math.min(count, tasks));
  return {
    get: ({ store, count }) => {
      const i = next(count);
      const tenant = i % 10 === 9 ? `tenant-${Math.floor(i / 10) % 100}` : 'default';
      return store.get({ tenant, id: `t${String(i).padStart(9, '0')}` });
    },
    claim: async ({ store }) => {
      const startMs = performance.now();
      const [head] = await store.queued(8, { after: '' });
      const running = claimed(head, { attemptId: `a${startMs}`, owner: 'w', nowMs: Date.now() });
      await store.replace(head, running, { leaseMs: 1e9 });
      const tookMs = performance.now() - startMs;
      await store.replace(running, handedBack(running, Date.now()), { leaseMs: null });
      return tookMs;
    },
    queue_of_tenants: ({ store }) => store.queuedByTenant(),
    request_id: ({ store }) => store.findByRequestId('default', 'request-8'),
    ...Object.fromEntries(lists),
  };
}

/** Both sides by turns; the first turn warms up and is not counted. */
async function compare(name, call, sides, tries) {
  const times = sides.map(() => []);
  let block = 0;
  for (let i = 0; i <= tries; i += 1) {
    for (const s of i % 2 === 0 ? [0, 1] : [1, 0]) {
      const watch = watchLoop();
      const startMs = performance.now();
      const tookMs = await call(sides[s]);
      const ms = typeof tookMs === 'number' ? tookMs : performance.now() - startMs;
      const longest = await watch.stop();
      if (i > 0) times[s].push(ms);
      if (s === 1 && i > 0) block = Math.max(block, longest);
    }
  }
  for (const all of times) all.sort((a, b) => a - b);
  const [few, many] = times.map((all) => ({ p50: all[all.length >> 1], p99: all[Math.floor(all.length * 0.99)] }));
  const plan = await sides[1].explain?.(() => call(sides[1]));
  if (plan !== undefined) say(dim(plan));
  say(
    `RESULT ${name} p50_ms=${many.p50.toFixed(2)} p99_ms=${many.p99.toFixed(2)} p50_ratio=${(many.p50 / few.p50).toFixed(2)} p99_ratio=${(many.p99 / few.p99).toFixed(2)} block_ms=${block.toFixed(2)}`,
  );
  return many.p99 / few.p99;
}

/** Every page of a list, as a caller reads them. */
async function walk(store, list) {
  let after = null;
  do after = (await store.list(query(list, { after }))).next;
  while (after !== null);
}

async function measure(name, read, tries = LONG_TRIES) {
  const times = [];
  const blocks = [];
  for (let i = 0; i < tries; i += 1) {
    const watch = watchLoop();
    const startMs = performance.now();
    await read();
    times.push(performance.now() - startMs);
    blocks.push(await watch.stop());
  }
  for (const all of [times, blocks]) all.sort((a, b) => a - b);
  say(`RESULT ${name} p50_ms=${times[times.length >> 1].toFixed(2)} block_ms=${blocks.at(-1).toFixed(2)}`);
}

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

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
