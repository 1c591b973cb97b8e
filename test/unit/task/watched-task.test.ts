import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/app/system-clock.js';
import { claimed } from '../../../src/task/lifecycle.js';
import { createQueueView } from '../../../src/task/queue-view.js';
import { WatchedTask } from '../../../src/task/watched-task.js';
import { eventually } from '../../support/eventually.js';
import { createMemoryStore } from '../../support/memory-store.js';
import { newTask } from '../../support/new-task.js';

const key = { tenant: 'default', id: 't1' };

async function watchedTask() {
  const memory = createMemoryStore({ nowMs: () => performance.now() });
  const first = newTask(key);
  await memory.insert(first, '{}');
  let reads = 0;
  const store: typeof memory = {
    ...memory,
    get: (k) => {
      reads += 1;
      return memory.get(k);
    },
  };
  const queue = createQueueView({ store, clock: systemClock });
  const task = new WatchedTask(key, { store, clock: systemClock, queue, closing: new AbortController().signal });
  const join = () => {
    const watcher = { wakes: 0, wake: () => (watcher.wakes += 1), ticket: 0 };
    watcher.ticket = task.join(watcher);
    return watcher;
  };
  return { task, store, first, join, reads: () => reads };
}

describe('a watched task', () => {
  it('answers any number of new watchers with two reads at most', async () => {
    const { task, join, reads } = await watchedTask();
    const watchers = Array.from({ length: 1_000 }, join);
    await eventually('answers', () => watchers.every(({ ticket, wakes }) => task.isAnswered(ticket) && wakes > 0));
    expect(reads()).toBeLessThanOrEqual(2);
  });

  it('wakes no other watcher when one joins', async () => {
    const { task, join } = await watchedTask();
    const early = join();
    await eventually('its answer', () => early.wakes === 1);
    for (let n = 0; n < 10; n += 1) {
      const late = join();
      await eventually('its answer', () => task.isAnswered(late.ticket) && late.wakes === 1);
    }
    expect(early.wakes).toBe(1);
  });

  it('wakes each watcher once for a change', async () => {
    const { task, store, first, join } = await watchedTask();
    const watchers = [join(), join(), join()];
    await eventually('answers', () => watchers.every(({ ticket, wakes }) => task.isAnswered(ticket) && wakes > 0));
    const before = watchers.map(({ wakes }) => wakes);
    await store.replace(first, claimed(first, { attemptId: 'a', owner: 'w', nowMs: 2 }), { leaseMs: 1000 });
    task.hint(2);
    await eventually('the change', () => task.latest?.revision === 2);
    expect(watchers.map(({ wakes }) => wakes)).toEqual(before.map((wakes) => wakes + 1));
  });
});
