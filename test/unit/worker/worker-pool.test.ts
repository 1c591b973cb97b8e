import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../support/memory-store.js';
import { systemClock } from '../../../src/app/system-clock.js';
import { CallError } from '../../../src/task/call-error.js';
import { RenderError } from '../../../src/task/failure.js';
import type { OutputOwner, OutputStore } from '../../../src/task/ports/output-store.js';
import type { Store } from '../../../src/task/ports/store.js';
import type { Task } from '../../../src/task/task.js';
import { cancelled } from '../../../src/task/lifecycle.js';
import { createPreviews } from '../../../src/task/previews.js';
import { createWorkerPool, type WorkerPool, type WorkerPoolOptions } from '../../../src/worker/worker-pool.js';
import { eventually } from '../../support/eventually.js';
import { createPausedRenderer, outputOf, progressAt } from '../../support/paused-renderer.js';
import { newTask } from '../../support/new-task.js';
import { DEFAULT_OUTPUTS } from '../../../src/composition/output-spec.js';
import { montageForm } from '../../../src/composition/montage/montage-form.js';
import { montageOf } from '../../support/montage.js';
import { recordEvents } from '../../support/task-events.js';

const LEASE_MS = 150;
const startMs = Date.now();
let store: Store;
let removed: string[];
let left: OutputOwner[];
const previews = createPreviews();
const pools: WorkerPool[] = [];
const renderers: ReturnType<typeof createPausedRenderer>[] = [];

beforeEach(() => {
  store = createMemoryStore({ nowMs: () => performance.now() });
  removed = [];
  left = [];
});

afterEach(async () => {
  for (const render of renderers.splice(0).flatMap((r) => r.renders)) render.finish();
  await Promise.all(pools.splice(0).map((pool) => pool.stop({ graceMs: 0 })));
  await store.close();
});

const away = () => Promise.reject(new CallError({ reason: 'STORE_UNAVAILABLE' }));

/** `deaf`: its renders do not stop when told to, as in a process that hangs. */
function startPool(owner: string, changes: Partial<WorkerPoolOptions> & { deaf?: boolean } = {}) {
  const renderer = createPausedRenderer(changes);
  renderers.push(renderer);
  const events = recordEvents();
  const outputs: OutputStore = {
    publish: () => Promise.reject(new Error('not used here')),
    open: () => Promise.resolve(null),
    discardAttempt: ({ key, fence }) => {
      removed.push(`attempt ${key.id}/${fence}`);
      return Promise.resolve();
    },
    attempts: async function* () {
      yield* await Promise.resolve(left);
    },
    discard: (key, { keepFence }) => {
      removed.push(`${key.id} but ${String(keepFence)}`);
      return Promise.resolve();
    },
  };
  const pool = createWorkerPool({
    store,
    renderer,
    outputs,
    events,
    owner,
    clock: systemClock,
    previews,
    parseSpec: () => ({ form: montageForm(montageOf(1)), outputs: DEFAULT_OUTPUTS }),
    slots: 1,
    build: null,
    leaseMs: LEASE_MS,
    heartbeatMs: 30,
    progressIntervalMs: 20,
    sweepIntervalMs: 20,
    machine: { problem: () => Promise.resolve(null) },
    ...changes,
  });
  pools.push(pool);
  pool.start();
  return { pool, renderer, events };
}

/** `after`: so many milliseconds after the first. */
async function submit(id: string, after = 1): Promise<void> {
  await store.insert(newTask({ id, nowMs: startMs + after }), '{}');
}

const read = async (id: string): Promise<Task> => (await store.get({ tenant: 'default', id }))!;
const inState = (id: string, state: Task['state']) =>
  eventually(`${id} ${state}`, async () => (await read(id)).state === state);

describe('a worker pool', () => {
  it('renders queued tasks, oldest first, as many at a time as it has slots', async () => {
    for (const n of [1, 2, 3]) await submit(`t${n}`, n);
    const { renderer, pool } = startPool('w', { slots: 2 });
    await eventually('two renders', () => renderer.renders.length === 2);
    expect(renderer.renders.map((r) => r.job.key.id)).toEqual(['t1', 't2']);
    expect(pool.running()).toBe(2);
    renderer.renders[0]!.finish();
    await inState('t1', 'SUCCEEDED');
    await eventually('the third', () => renderer.renders[2]?.job.key.id === 't3');
    expect(await read('t1')).toMatchObject({ percent: 100, attempt: 1, outputs: [{ key: 'final-1.mp4' }] });
  });

  it('stores the durations of phases as its renderer measured them, also of an attempt that failed', async () => {
    const phaseTimings = [{ phase: 'RENDERING', durationMs: 4_567 }] as const;
    await submit('t1', 1);
    await submit('t2', 2);
    const { renderer } = startPool('w', { slots: 2, progressIntervalMs: 60_000, leaseMs: 60_000, heartbeatMs: 30_000 });
    await eventually('two renders', () => renderer.renders.length === 2);
    const [first, second] = renderer.renders;
    for (const { hooks } of renderer.renders) hooks.onProgress({ ...progressAt(90), phaseTimings, remainingMs: null });
    first!.finish();
    second!.fail(new RenderError('MEMORY_LIMIT_EXCEEDED', 'too large'));
    await inState('t1', 'SUCCEEDED');
    await inState('t2', 'FAILED');
    expect([(await read('t1')).phaseTimings, (await read('t2')).phaseTimings]).toEqual([phaseTimings, phaseTimings]);
  });

  it('shows the previews of a task while it renders, and removes them at its end', async () => {
    const key = { tenant: 'default', id: 't1' };
    await submit('t1');
    const { renderer } = startPool('w');
    await eventually('a render', () => renderer.renders.length === 1);
    renderer.renders[0]!.hooks.onPreview?.(Buffer.from('picture'));
    expect(previews.of(key)?.jpeg).toEqual(Buffer.from('picture'));
    expect(previews.of({ ...key, tenant: 'other' })).toBeNull();
    renderer.renders[0]!.finish();
    await inState('t1', 'SUCCEEDED');
    expect(previews.of(key)).toBeNull();
  });

  it('starts a task that is submitted to an idle pool without waiting for a poll', async () => {
    const { renderer } = startPool('w', { sweepIntervalMs: 60_000 });
    await submit('t1');
    await eventually('a render', () => renderer.renders.length === 1, 1000);
  });

  it('stores coalesced progress, and renews the lease during the render', async () => {
    await submit('t1');
    const { renderer, events } = startPool('w');
    const render = await eventually('a render', () => renderer.renders[0]);
    for (let n = 1; n <= 50; n += 1) render.progress(n);
    await eventually('the newest progress', async () => (await read('t1')).percent === 50);
    expect((await read('t1')).revision).toBeLessThan(10);
    const untilMs = performance.now() + 3 * LEASE_MS;
    await eventually('three leases later', () => performance.now() > untilMs);
    expect(await read('t1')).toMatchObject({ state: 'RUNNING', attempt: 1 });
    expect(events.log).toEqual(['claimed t1']);
  });

  it('stops a cancelled render at once and writes nothing after it', async () => {
    await submit('t1');
    const { renderer, events } = startPool('w');
    const render = await eventually('a render', () => renderer.renders[0]);
    const task = await read('t1');
    await store.replace(task, cancelled(task, Date.now()), { leaseMs: 0 });
    expect(render.hooks.signal.aborted).toBe(true);
    await eventually('the end', () => events.log.includes('attempt-cancelled t1'));
    // A cancel is no loss: operators are not warned.
    expect(events.log).not.toContain('lost t1');
    expect(await read('t1')).toMatchObject({ state: 'CANCELLED', revision: task.revision + 1 });
  });

  it('notices a cancel by its own heartbeat when the feed is silent, and does not count it as a lost lease', async () => {
    await submit('t1');
    const deaf = { ...store, feed: { subscribe: () => () => undefined, follow: () => () => undefined } };
    const { renderer, events } = startPool('w', { store: deaf });
    await eventually('a render', () => renderer.renders[0]);
    const task = await read('t1');
    await store.replace(task, cancelled(task, Date.now()), { leaseMs: 0 });
    await eventually('the end', () => events.log.includes('attempt-cancelled t1'));
    expect(events.log).not.toContain('lost t1');
  });

  it('retries after a transient error once, and fails at once after an error of the input', async () => {
    await submit('t1');
    await submit('t2', 2);
    const { renderer } = startPool('w');
    for (const n of [0, 1])
      (await eventually('a render', () => renderer.renders[n])).fail(new RenderError('RENDER_FAILED', 'broken'));
    await inState('t1', 'FAILED');
    expect(await read('t1')).toMatchObject({ attempt: 2, failures: 2, failure: { reason: 'RENDER_FAILED' } });
    (await eventually('a render', () => renderer.renders[2])).fail(
      new RenderError('INPUT_NOT_MEDIA', 'text', { field: 'spec.x' }),
    );
    await inState('t2', 'FAILED');
    expect(await read('t2')).toMatchObject({ attempt: 1, failure: { reason: 'INPUT_NOT_MEDIA', field: 'spec.x' } });
  });

  it('lets a render end in time during a drain, and hands back the others', async () => {
    await submit('t1');
    await submit('t2', 2);
    const { renderer, pool, events } = startPool('w', { slots: 2 });
    await eventually('renders', () => renderer.renders.length === 2);
    const stopped = pool.stop({ graceMs: 100 });
    renderer.renders[0]!.finish();
    await stopped;
    expect(await read('t1')).toMatchObject({ state: 'SUCCEEDED' });
    expect(await read('t2')).toMatchObject({ state: 'QUEUED', failures: 0, workerLosses: 0, attemptId: null });
    expect(events.log).toContain('handed-back t2');
  });
});

describe('a worker on a machine with a problem', () => {
  it('claims nothing until the problem is gone, and continues by itself', async () => {
    await submit('t1');
    let problem: string | null = 'the disk is full';
    const { renderer, events } = startPool('w', { machine: { problem: () => Promise.resolve(problem) } });
    await eventually('the pause', () => events.log.includes('paused the disk is full'));
    expect(await read('t1')).toMatchObject({ state: 'QUEUED', attempt: 0 });
    problem = null;
    await eventually('a render', () => renderer.renders[0]);
    expect(events.log).toEqual(['paused the disk is full', 'resumed', 'claimed t1']);
  });

  it('hands back a render that failed for its problem, at no cost for the task', async () => {
    await submit('t1');
    let problem: string | null = null;
    const { renderer, events } = startPool('w', { machine: { problem: () => Promise.resolve(problem) } });
    for (const n of [0, 1, 2]) {
      const render = await eventually('a render', () => renderer.renders[n]);
      problem = 'the disk is full';
      render.fail(new RenderError('OUT_OF_DISK', 'full'));
      await inState('t1', 'QUEUED');
      expect(await read('t1')).toMatchObject({ failures: 0, failure: null });
      problem = null;
    }
    (await eventually('a render', () => renderer.renders[3])).finish();
    await inState('t1', 'SUCCEEDED');
    expect(events.log).not.toContain('ended t1 FAILED');
  });

  it('hands back a render for which no process could be started, and waits before it claims another', async () => {
    await submit('t1');
    const { renderer, events } = startPool('w');
    (await eventually('a render', () => renderer.renders[0])).fail(new RenderError('OUT_OF_PROCESSES', 'none left'));
    await eventually('the pause', () => events.log.includes('paused this machine could start no further process'));
    await inState('t1', 'QUEUED');
    expect(await read('t1')).toMatchObject({ attempt: 1, failures: 0 });
  });

  it('fails a task that is itself too large for a disk with space', async () => {
    await submit('t1');
    const { renderer } = startPool('w');
    for (const n of [0, 1])
      (await eventually('a render', () => renderer.renders[n])).fail(new RenderError('OUT_OF_DISK', 'full'));
    await inState('t1', 'FAILED');
  });
});

describe('the files of an attempt without success', () => {
  it('are removed after a failure, a cancel and a hand-back', async () => {
    await submit('t1');
    const { renderer, pool } = startPool('w');
    const render = await eventually('a render', () => renderer.renders[0]);
    render.fail(new RenderError('RENDER_FAILED', 'broken'));
    await eventually('those of the failed one', () => removed.includes('attempt t1/1'));
    await eventually('the next', () => renderer.renders[1]);
    await eventually('its cancel', async () => {
      const task = await read('t1');
      return store.replace(task, cancelled(task, 5), { leaseMs: 0 });
    });
    await eventually('those of the cancelled one', () => removed.includes('attempt t1/2'));
    await submit('t2');
    await eventually('the third', () => renderer.renders[2]);
    await pool.stop({ graceMs: 0 });
    expect(removed).toContain('attempt t2/1');
  });

  it('are removed after a crash too, at the second sweep, and no others', async () => {
    for (const id of ['done', 'busy']) await submit(id);
    const { renderer } = startPool('w', { slots: 2, leftoverIntervalMs: 20 });
    await eventually('renders', () => renderer.renders.length === 2);
    renderer.renders.find((r) => r.job.key.id === 'done')!.finish();
    await inState('done', 'SUCCEEDED');
    const attempt = (id: string, fence: number, attemptId: string) => ({
      key: { tenant: 'default', id },
      fence,
      attemptId,
    });
    const busy = (await read('busy')).attemptId!;
    const wanted = [attempt('done', 1, 'any'), attempt('busy', 1, busy)];
    left = [...wanted, attempt('gone', 3, 'x'), attempt('done', 0, 'x'), attempt('busy', 1, 'rolled back')];
    const doomed = ['gone/3', 'done/0', 'busy/1'].map((name) => `attempt ${name}`);
    await eventually('the leftovers', () => doomed.every((name) => removed.includes(name)));
    left = wanted;
    renderer.renders.find((r) => r.job.key.id === 'busy')!.finish();
    await inState('busy', 'SUCCEEDED');
    expect(removed).not.toContain('attempt done/1');
  });
});

describe('a worker that stops', () => {
  it('hands back its renders in time though the store does not answer its other calls', async () => {
    await submit('t1');
    let release: () => void = () => undefined;
    const stuck = new Promise<void>((resolve) => (release = resolve));
    let isStuck = false;
    const { renderer, pool } = startPool('w', {
      store: { ...store, overdue: async (n, o) => (isStuck ? stuck.then(() => []) : store.overdue(n, o)) },
    });
    await eventually('a render', () => renderer.renders.length === 1);
    isStuck = true;
    const stopped = pool.stop({ graceMs: 0 });
    await inState('t1', 'QUEUED');
    expect(await read('t1')).toMatchObject({ failures: 0, workerLosses: 0 });
    release();
    await stopped;
  });
});

describe('a worker beside others on one store', () => {
  it('takes over the task of a dead worker, whose late writes change nothing', async () => {
    await submit('t1');
    // A worker that froze: it holds the task, does not renew, and does not stop.
    const frozen = startPool('frozen', { deaf: true, store: { ...store, renewLease: away } });
    await eventually('the first render', () => frozen.renderer.renders.length === 1);
    const heir = startPool('heir');
    const second = await eventually('the second render', () => heir.renderer.renders[0]);
    expect(second.job.fence).toBe(2);
    expect([...frozen.events.log, ...heir.events.log]).toContain('recovered t1');
    second.finish();
    await inState('t1', 'SUCCEEDED');
    const end = await read('t1');
    const late = frozen.renderer.renders[0]!;
    late.finish();
    await eventually('the frozen one gave up', () => frozen.events.log.includes('lost t1'));
    expect(await read('t1')).toEqual(end);
    expect(end.outputs[0]?.location).toBe(outputOf(second.job).location);
    await eventually('what it made is removed', () => removed.includes('attempt t1/1'));
  });

  it('stops its render before its lease can be claimed by another when it is cut off from the store', async () => {
    await submit('t1');
    let cut = false;
    const cutOff: Store = {
      ...store,
      renewLease: (r) => (cut ? away() : store.renewLease(r)),
      replace: (f, t, o) => (cut ? away() : store.replace(f, t, o)),
    };
    const { renderer, events } = startPool('w', { store: cutOff });
    const render = await eventually('a render', () => renderer.renders[0]);
    cut = true;
    await eventually('the render is stopped', () => render.hooks.signal.aborted, 2000);
    expect(events.log).toContain('lost t1');
  });

  it('costs a task nothing when it survives an outage longer than its lease', async () => {
    await submit('t1');
    let cut = false;
    const cutOff: Store = {
      ...store,
      renewLease: (r) => (cut ? away() : store.renewLease(r)),
      replace: (f, t, o) => (cut ? away() : store.replace(f, t, o)),
      get: (key) => (cut ? away() : store.get(key)),
      abandoned: (n, o) => (cut ? away() : store.abandoned(n, o)),
    };
    const { renderer, events } = startPool('w', { store: cutOff });
    for (const n of [0, 1, 2, 3]) {
      const render = await eventually(`render ${n}`, () => renderer.renders[n]);
      cut = true;
      await eventually('the render is stopped', () => render.hooks.signal.aborted);
      cut = false;
    }
    const last = await eventually('another render', () => renderer.renders[4]);
    last.finish();
    await inState('t1', 'SUCCEEDED');
    expect(await read('t1')).toMatchObject({ attempt: 5, failures: 0, workerLosses: 0 });
    expect(events.log).not.toContain('recovered t1');
  });

  it('withdraws the loss of a worker that was considered dead and lives', async () => {
    await submit('t1');
    let late = true;
    const frozen = startPool('frozen', {
      store: {
        ...store,
        renewLease: (r) => (late ? away() : store.renewLease(r)),
        get: (key) => (late ? away() : store.get(key)),
      },
    });
    await eventually('the first render', () => frozen.renderer.renders.length === 1);
    const sweeper = startPool('sweeper', { slots: 0 });
    await eventually('the loss', () => sweeper.events.log.includes('recovered t1'));
    expect((await read('t1')).workerLosses).toBe(1);
    late = false;
    await eventually('its withdrawal', async () => (await read('t1')).workerLosses === 0);
  });

  it('continues a render when it was late itself and no other worker has claimed its task', async () => {
    await submit('t1');
    // A machine that was suspended: the first renewal comes after the end of the lease, which only its own sweeper has seen.
    let suspended = true;
    const { renderer, events } = startPool('w', {
      heartbeatMs: 4 * LEASE_MS,
      store: { ...store, renewLease: async (r) => store.renewLease(r).finally(() => (suspended = false)) },
    });
    const render = await eventually('a render', () => renderer.renders[0]);
    await eventually('the late renewal', () => !suspended);
    render.finish();
    await inState('t1', 'SUCCEEDED');
    expect(await read('t1')).toMatchObject({ attempt: 1, workerLosses: 0 });
    expect(events.log).toEqual(['claimed t1', 'ended t1 SUCCEEDED']);
  });

  it('keeps its render through any outage of a store that it alone has open', async () => {
    await submit('t1');
    let full = false;
    const alone: Store = {
      ...store,
      isExclusive: true,
      renewLease: (r) => (full ? away() : store.renewLease(r)),
      replace: (f, t, o) => (full ? away() : store.replace(f, t, o)),
    };
    const { renderer, events } = startPool('w', { store: alone });
    const render = await eventually('a render', () => renderer.renders[0]);
    full = true;
    const untilMs = performance.now() + 3 * LEASE_MS;
    await eventually('three leases later', () => performance.now() > untilMs);
    render.finish();
    full = false;
    await inState('t1', 'SUCCEEDED');
    expect(await read('t1')).toMatchObject({ attempt: 1, workerLosses: 0 });
    expect(events.log).not.toContain('lost t1');
  });

  it('takes back its own task whose claim had no answer, without a loss', async () => {
    await submit('t1');
    let lose = 1;
    const { renderer } = startPool('w', {
      store: {
        ...store,
        replace: async (from, to, options) => {
          const done = await store.replace(from, to, options);
          if (to.state === 'RUNNING' && lose-- > 0) throw new CallError({ reason: 'STORE_UNAVAILABLE' });
          return done;
        },
      },
    });
    (await eventually('a render', () => renderer.renders[0])).finish();
    await inState('t1', 'SUCCEEDED');
    expect(await read('t1')).toMatchObject({ attempt: 2, workerLosses: 0 });
  });

  it('finds a commit whose answer was lost by a re-read, and counts it once', async () => {
    await submit('t1');
    let lose = 1;
    const lossy: Store = {
      ...store,
      replace: async (from, to, options) => {
        const done = await store.replace(from, to, options);
        if (to.state === 'SUCCEEDED' && lose-- > 0) throw new CallError({ reason: 'STORE_UNAVAILABLE' });
        return done;
      },
    };
    const { renderer, events } = startPool('w', { store: lossy });
    (await eventually('a render', () => renderer.renders[0])).finish();
    await eventually('the end is told', () => events.log.includes('ended t1 SUCCEEDED'));
    expect(await read('t1')).toMatchObject({ state: 'SUCCEEDED', attempt: 1 });
    expect(events.log).not.toContain('lost t1');
    expect(removed).toEqual(['t1 but 1']);
  });

  it('fails a task as poison after three workers died in it', async () => {
    await submit('t1');
    for (const n of [1, 2, 3]) {
      // It dies with the task in hand; a sweeper without slots of its own takes the task from it when the lease ends.
      const dying = startPool(`w${n}`, {
        deaf: true,
        store: { ...store, renewLease: away, abandoned: () => Promise.resolve([]) },
      });
      await eventually(`render ${n}`, () => dying.renderer.renders.length === 1);
      void dying.pool.stop({ graceMs: 60_000 });
      const sweeper = startPool(`sweeper${n}`, { slots: 0 });
      await eventually(`loss ${n}`, () => sweeper.events.log.includes('recovered t1'));
      await sweeper.pool.stop({ graceMs: 0 });
    }
    const end = { state: 'FAILED', failure: { reason: 'WORKER_LOST' }, workerLosses: 3, failures: 0 };
    expect(await read('t1')).toMatchObject(end);
  });
});
