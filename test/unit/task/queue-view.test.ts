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
    queuedRanks: (limit) => {
      state.looks += 1;
      return state.isAway ? Promise.reject(new CallError({ reason: 'STORE_UNAVAILABLE' })) : memory.queuedRanks(limit);
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
