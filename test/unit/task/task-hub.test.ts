import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../support/memory-store.js';
import { systemClock } from '../../../src/app/system-clock.js';
import type { Store } from '../../../src/task/ports/store.js';
import type { Task } from '../../../src/task/task.js';
import { createPreviews, type Previews } from '../../../src/task/previews.js';
import { createQueueView } from '../../../src/task/queue-view.js';
import { createTaskHub, type TaskHub } from '../../../src/task/task-hub.js';
import { cancelled, claimed, progressed, succeeded } from '../../../src/task/lifecycle.js';
import type { WatchEvent } from '../../../src/task/watch-event.js';
import { pullWatch } from '../../support/pull-watch.js';
import { eventually } from '../../support/eventually.js';
import { progressAt } from '../../support/paused-renderer.js';
import { newTask } from '../../support/new-task.js';

const key = { tenant: 'default', id: 't1' };
const first = newTask(key);

let store: Store;
let hub: TaskHub;
let reads: number;
let previews: Previews;

beforeEach(async () => {
  reads = 0;
  const memory = createMemoryStore({ nowMs: () => Date.now() });
  store = {
    ...memory,
    get: (k) => {
      reads += 1;
      return memory.get(k);
    },
  };
  previews = createPreviews();
  hub = createTaskHub({
    store,
    clock: systemClock,
    queue: createQueueView({ store, clock: systemClock }),
    previews,
    heartbeatMs: 60_000,
  });
  await store.insert(first, '{}');
});

afterEach(async () => {
  hub.close();
  await store.close();
});

async function change(task: Task, to: Task): Promise<Task> {
  expect(await store.replace(task, to, { leaseMs: 60_000 })).toBe(true);
  return to;
}

const run = (task: Task) => change(task, claimed(task, { attemptId: 'a', owner: 'w', nowMs: 2 }));
const end = (task: Task) => change(task, succeeded(task, { outputs: [], warnings: [] }, 9));

/** Collects a stream in the background. */
function follow(afterRevision: number | null, signal = new AbortController().signal) {
  const events: WatchEvent[] = [];
  const done = (async () => {
    for await (const event of pullWatch(hub, key, { afterRevision, signal })) events.push(event);
  })();
  return { events, done, revisions: () => events.map((e) => (e.kind === 'task' ? e.task.revision : 'heartbeat')) };
}

describe('a watch of a task', () => {
  it('begins with the present state, yields the changes, and ends after the terminal state', async () => {
    const stream = follow(null);
    await eventually('the first event', () => stream.events.length === 1);
    const running = await run(first);
    await eventually('the second event', () => stream.events.length === 2);
    await end(running);
    await stream.done;
    expect(stream.revisions()).toEqual([1, 2, 3]);
  });

  it('skips the revisions up to its cursor, and sends a newer one at once', async () => {
    const running = await run(first);
    const stream = follow(1);
    await eventually('what came since', () => stream.events.length === 1);
    const quiet = follow(2);
    await end(running);
    await Promise.all([stream.done, quiet.done]);
    expect(stream.revisions()).toEqual([2, 3]);
    expect(quiet.revisions()).toEqual([3]);
  });

  it('ends empty when the task ended at the cursor', async () => {
    await end(await run(first));
    const stream = follow(3);
    await stream.done;
    expect(stream.events).toEqual([]);
  });

  it('sends the end even to a cursor that is ahead of it, as after a power failure', async () => {
    await end(await run(first));
    const stream = follow(50);
    await stream.done;
    expect(stream.revisions()).toEqual([3]);
  });

  it('rejects an unknown task', async () => {
    const stream = pullWatch(
      hub,
      { tenant: 'default', id: 'nobody' },
      { afterRevision: null, signal: new AbortController().signal },
    );
    await expect(stream.next()).rejects.toMatchObject({ detail: { reason: 'TASK_NOT_FOUND' } });
  });

  it('sends a slow reader the newest state, at rising revisions, and always the end', async () => {
    const stream = pullWatch(hub, key, { afterRevision: null, signal: new AbortController().signal });
    await stream.next();
    let task = await run(first);
    for (let n = 1; n <= 50; n += 1) task = await change(task, progressed(task, progressAt(n), n));
    await end(task);
    const rest: number[] = [];
    for await (const event of stream) if (event.kind === 'task') rest.push(event.task.revision);
    expect(rest.at(-1)).toBe(53);
    expect(rest.length).toBeLessThanOrEqual(2);
    expect(rest).toEqual([...rest].sort((a, b) => a - b));
  });

  it('reads a change once for all watchers, and sends all the same object', async () => {
    const streams = Array.from({ length: 40 }, () => follow(null));
    await eventually('all began', () => streams.every((s) => s.events.length === 1));
    reads = 0;
    await run(first);
    await eventually('all heard', () => streams.every((s) => s.events.length === 2));
    expect(reads).toBe(1);
    const objects = new Set(streams.map((s) => (s.events[1]?.kind === 'task' ? s.events[1].task : null)));
    expect(objects.size).toBe(1);
    await change((await store.get(key))!, cancelled((await store.get(key))!, 9));
    await Promise.all(streams.map((s) => s.done));
  });

  it('sends a heartbeat when nothing happens, also while other watchers come and go', async () => {
    const fast = createTaskHub({
      store,
      clock: systemClock,
      queue: createQueueView({ store, clock: systemClock }),
      previews,
      heartbeatMs: 30,
    });
    const abort = new AbortController();
    const stream = pullWatch(fast, key, { afterRevision: null, signal: abort.signal });
    await stream.next();
    const second = await stream.next();
    expect(second.value).toMatchObject({ kind: 'heartbeat', place: { position: 1 } });
    abort.abort();
    expect((await stream.next()).done).toBe(true);
    fast.close();
  });

  it('sends previews to those who ask for them, and a slow reader the newest alone', async () => {
    await run(first);
    const signal = new AbortController().signal;
    const stream = pullWatch(hub, key, { afterRevision: null, includePreviews: true, signal });
    expect((await stream.next()).value).toMatchObject({ kind: 'task' });
    const others = follow(null);
    await eventually('the state', () => others.events.length === 1);
    for (const text of ['a', 'b', 'c']) previews.show(key, Buffer.from(text));
    expect((await stream.next()).value).toMatchObject({ kind: 'preview', preview: { jpeg: Buffer.from('c') } });
    await end((await store.get(key))!);
    expect((await stream.next()).value).toMatchObject({ kind: 'task', task: { state: 'SUCCEEDED' } });
    expect((await stream.next()).done).toBe(true);
    await others.done;
    expect(others.revisions()).toEqual([2, 3]);
  });

  it('ends when its caller leaves, and forgets the task', async () => {
    const abort = new AbortController();
    const stream = follow(null, abort.signal);
    await eventually('the first event', () => stream.events.length === 1);
    abort.abort();
    await stream.done;
    reads = 0;
    await run(first);
    expect(reads).toBe(0);
  });

  it('continues through reads that fail for a while', async () => {
    const stream = follow(null);
    await eventually('the first event', () => stream.events.length === 1);
    let failures = 3;
    const get = store.get.bind(store);
    store.get = (k) => (failures-- > 0 ? Promise.reject(new Error('away')) : get(k));
    await end(await run(first));
    await stream.done;
    expect(stream.revisions().at(-1)).toBe(3);
  });
});
