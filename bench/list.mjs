/**
 * What does a page of ListTasks cost among many tasks? A filter that few tasks match must not read them all: SQLite runs in the service's own
 * thread, and meanwhile nobody is served. Prints a `RESULT name=value` line for each filter: the median of some tries, in milliseconds.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dim, say, step } from '../scripts/lib/say.mjs';

const WRITERS = 64;
const PROJECTS = 1000;
const TRIES = 21;
const PAGE = 50;

/** @param {{tasks: number}} options how many there are, each with two labels */
export async function benchList({ tasks }) {
  const { createSqliteStore } = await import('../dist/src/store/sqlite/sqlite-store.js');
  const folder = await mkdtemp(join(tmpdir(), 'cutroom-bench-list-'));
  const store = createSqliteStore({ file: join(folder, 'tasks.sqlite') });
  try {
    await step(`${tasks} tasks`, () => fill(store, tasks));
    const label = (key, value) => ({ key, value, equal: true });
    await measure(store, 'all', { states: null, labels: [] });
    await measure(store, 'state_of_none', { states: ['FAILED'], labels: [] });
    await measure(store, 'label_of_one', { states: null, labels: [label('run', 'r5')] });
    await measure(store, 'label_of_a_thousandth', { states: null, labels: [label('project', 'p7')] });
    await measure(store, 'state_of_all_and_label_of_a_thousandth', {
      states: ['QUEUED'],
      labels: [label('project', 'p7')],
    });
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

async function fill(store, tasks) {
  const { submitted } = await import('../dist/src/task/lifecycle.js');
  const { systemClock } = await import('../dist/src/app/system-clock.js');
  const timeouts = { queueMs: 1e9, totalMs: null, stallMs: null, fetchMs: null };
  const common = {
    tenant: 'default',
    requestId: null,
    requestHash: 'a'.repeat(64),
    maxAttempts: 2,
    priority: 0,
    timeouts,
    ttlMs: 1e9,
    warnings: [],
  };
  let next = 0;
  const write = async () => {
    while (next < tasks) {
      const i = next++;
      await store.insert(
        submitted({
          ...common,
          id: systemClock.newTaskId(),
          nowMs: 1.7e12 + i,
          labels: { project: `p${i % PROJECTS}`, run: `r${i}` },
        }),
        '{}',
      );
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

async function measure(store, name, filter) {
  const times = [];
  let found = 0;
  for (let i = 0; i < TRIES; i += 1) {
    const startMs = performance.now();
    found = (await store.list({ tenant: 'default', limit: PAGE, order: 'newest-first', after: null, filter })).length;
    times.push(performance.now() - startMs);
  }
  times.sort((a, b) => a - b);
  say(dim(`${name}: ${found} on the page, the slowest try ${times.at(-1).toFixed(1)} ms`));
  say(`RESULT list_${name}_ms=${times[TRIES >> 1].toFixed(2)}`);
}
