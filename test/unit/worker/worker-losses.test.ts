import { describe, expect, it } from 'vitest';
import { CallError } from '../../../src/task/call-error.js';
import type { Store } from '../../../src/task/ports/store.js';
import { eventually } from '../../support/eventually.js';
import { outputOf } from '../../support/paused-renderer.js';
import { LEASE_MS, away, inState, read, removed, startPool, store, submit } from './worker-harness.js';

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
