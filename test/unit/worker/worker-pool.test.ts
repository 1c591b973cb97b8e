import { describe, expect, it } from 'vitest';
import { RenderError } from '../../../src/task/failure.js';
import { cancelled } from '../../../src/task/lifecycle.js';
import { eventually } from '../../support/eventually.js';
import { progressAt } from '../../support/paused-renderer.js';
import { LEASE_MS, away, inState, left, previews, read, removed, startPool, store, submit } from './worker-harness.js';

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

  it('takes an urgent task next that is queued after it has looked at the queue', async () => {
    for (const n of [1, 2, 3, 4]) await submit(`t${n}`, n);
    const { renderer } = startPool('w', { leaseMs: 60_000, sweepIntervalMs: 60_000 });
    const rendering = (i: number, id: string) =>
      eventually(`${id} renders`, () => renderer.renders[i]?.job.key.id === id);
    await rendering(0, 't1');
    renderer.renders[0]!.finish();
    await rendering(1, 't2');
    // What is left over of the look that found t2 has t3 and t4.
    await submit('urgent', -1_000);
    renderer.renders[1]!.finish();
    await rendering(2, 'urgent');
    renderer.renders[2]!.finish();
    await rendering(3, 't3');
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

  it('reports a fault of an attempt with its task', async () => {
    await submit('t1');
    const { renderer, events } = startPool('w', { store: { ...store, putDiagnostics: away } });
    await eventually('a render', () => renderer.renders.length === 1);
    renderer.renders[0]!.hooks.onDiagnostics({ ffmpegVersion: '5.1', commands: [] });
    await eventually('the report', () => events.log.includes('error cannot store the diagnostics of an attempt (t1)'));
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
    const worker = startPool('w');
    const { renderer, events } = worker;
    const render = await eventually('a render', () => renderer.renders[0]);
    const task = await read('t1');
    await store.replace(task, cancelled(task, Date.now()), { leaseMs: 0 });
    expect(render.hooks.signal.aborted).toBe(true);
    await eventually('the end', () => events.log.includes('attempt-cancelled t1'));
    // A cancel is neither a loss nor a fault: operators are not warned.
    const { pool } = worker;
    await pool.stop({ graceMs: 1_000 });
    expect(events.log).toEqual(['claimed t1', 'attempt-cancelled t1']);
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
    left.push(...wanted, attempt('gone', 3, 'x'), attempt('done', 0, 'x'), attempt('busy', 1, 'rolled back'));
    const doomed = ['gone/3', 'done/0', 'busy/1'].map((name) => `attempt ${name}`);
    await eventually('the leftovers', () => doomed.every((name) => removed.includes(name)));
    left.splice(wanted.length);
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
