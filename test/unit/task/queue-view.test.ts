import { expect, it } from 'vitest';
import { systemClock } from '../../../src/app/system-clock.js';
import { CallError } from '../../../src/task/call-error.js';
import { cancelled } from '../../../src/task/lifecycle.js';
import { createQueueView } from '../../../src/task/queue-view.js';
import { createMemoryStore } from '../../support/memory-store.js';
import { newTask } from '../../support/new-task.js';

function underTest() {
  const state = { nowMs: 0, looks: 0, isAway: false };
  const memory = createMemoryStore({ nowMs: () => state.nowMs });
  const store: typeof memory = {
    ...memory,
    queuedRanks: (tenant, limit) => {
      state.looks += 1;
      const away = new CallError({ reason: 'STORE_UNAVAILABLE' });
      return state.isAway ? Promise.reject(away) : memory.queuedRanks(tenant, limit);
    },
  };
  const clock = { ...systemClock, monotonicMs: () => state.nowMs, nowMs: () => state.nowMs };
  return { state, store, view: createQueueView({ store, clock }) };
}
const tasks = Array.from({ length: 50 }, (_, n) => newTask({ id: `t${n}`, nowMs: n }));

it('is looked at once a second, for any number of tasks that are asked for', async () => {
  const { state, store, view } = underTest();
  for (const task of tasks) await store.insert(task, '{}');
  const places = await Promise.all(tasks.map((task) => view.placeOf(task)));
  expect(places.map((place) => place?.position)).toEqual(tasks.map((_, n) => n + 1));
  state.nowMs = 999;
  await view.placeOf(tasks[0]!);
  expect(state.looks).toBe(1);
  state.nowMs = 1_000;
  await Promise.all(tasks.map((task) => view.placeOf(task)));
  expect(state.looks).toBe(2);
});

it('has no place for a task that is not queued, nor while the store does not answer', async () => {
  const { state, store, view } = underTest();
  await store.insert(tasks[0]!, '{}');
  expect(await view.placeOf(cancelled(tasks[0]!, 1))).toBeNull();
  expect(state.looks).toBe(0);
  state.isAway = true;
  expect(await view.placeOf(tasks[0]!)).toBeNull();
  state.isAway = false;
  state.nowMs = 60_000;
  expect(await view.placeOf(tasks[0]!)).toMatchObject({ position: 1 });
});

it('tells a place in turns with the other tenants, whatever the length of their queues', async () => {
  const { store, view } = underTest();
  for (const task of tasks) await store.insert(task, '{}');
  const late = [
    newTask({ id: 'late-1', tenant: 'late', nowMs: 100 }),
    newTask({ id: 'late-2', tenant: 'late', nowMs: 101 }),
  ];
  for (const task of late) await store.insert(task, '{}');
  const places = await Promise.all([...late, tasks[0]!, tasks[9]!, tasks[49]!].map((task) => view.placeOf(task)));
  // One of the other tenant comes before the second; behind both of `late` the queue is that of the one tenant.
  expect(places.map((place) => place?.position)).toEqual([1, 3, 1, 12, 52]);
});
