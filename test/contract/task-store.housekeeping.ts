import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/app/system-clock.js';
import type { TaskHint } from '../../src/task/ports/task-feed.js';
import { createPreviews } from '../../src/task/previews.js';
import { createQueueView } from '../../src/task/queue-view.js';
import { createTaskHub } from '../../src/task/task-hub.js';
import { cancelled } from '../../src/task/lifecycle.js';
import { pullWatch } from '../support/pull-watch.js';
import { eventually } from '../support/eventually.js';
import { insertQueued, insertRunning, listOf, LONG_MS, newTask, useStore, type StoreKind } from './store-under-test.js';

const lease = { leaseMs: LONG_MS };

/** Filters, removal, what is due, diagnostics and workers. */
export function describeHousekeeping(kind: StoreKind): void {
  describe('list with conditions', () => {
    const at = useStore(kind);

    it('returns the tasks of the given states and labels, in both orders', async () => {
      const spring = await insertQueued(at.store, { nowMs: 1, labels: { project: 'spring', 'a-b': '$x.y' } });
      const summer = await insertQueued(at.store, { nowMs: 2, labels: { project: 'summer' } });
      const plain = await insertRunning(at.store, LONG_MS, { nowMs: 3 });
      const by = (
        states: ('QUEUED' | 'RUNNING')[] | null,
        ...labels: { key: string; value: string; equal: boolean }[]
      ) => listOf(at.store, { filter: { states, labels }, order: 'oldest-first' });
      const project = (value: string, equal = true) => ({ key: 'project', value, equal });
      expect(await by(null)).toEqual([spring, summer, plain]);
      expect(await by(['RUNNING'])).toEqual([plain]);
      expect(await by([])).toEqual([]);
      expect(await by(null, project('spring'))).toEqual([spring]);
      expect(await by(null, project('spring', false))).toEqual([summer, plain]);
      expect(await by(['QUEUED'], project('summer', false), { key: 'a-b', value: '$x.y', equal: true })).toEqual([
        spring,
      ]);
    });
  });

  describe('list with conditions on labels', () => {
    const at = useStore(kind);

    it('compares a whole value of any form, not its beginning', async () => {
      const values = ['$x', '$$NOW', 'a.b', '"', '\\', "'", '%', '字幕', '', '1', 'true', 'null'];
      const tasks = await Promise.all(
        values.map((value, i) => insertQueued(at.store, { nowMs: i, labels: { key: value } })),
      );
      for (const [i, value] of values.entries()) {
        const by = (equal: boolean) =>
          listOf(at.store, { filter: { states: null, labels: [{ key: 'key', value, equal }] }, order: 'oldest-first' });
        expect(await by(true)).toEqual([tasks[i]]);
        expect(await by(false)).toEqual(tasks.filter((_, other) => other !== i));
      }
    });

    it('takes as many conditions as a filter may have', async () => {
      const task = await insertQueued(at.store, { labels: { a: 'x' } });
      await insertQueued(at.store, { labels: { a: 'y' } });
      const labels = Array.from({ length: 300 }, (_, i) =>
        i % 2 === 0 ? { key: 'a', value: 'x', equal: true } : { key: 'b', value: `${i}`, equal: false },
      );
      expect(await listOf(at.store, { filter: { states: ['QUEUED'], labels } })).toEqual([task]);
    });
  });

  describe('the queue', () => {
    const at = useStore(kind);

    it('is ordered by rank: one step of priority equals a minute of waiting', async () => {
      const old = await insertQueued(at.store, { nowMs: 0 });
      const urgent = await insertQueued(at.store, { nowMs: 30_000, priority: 1 });
      const patient = await insertQueued(at.store, { nowMs: 10_000, priority: -1 });
      const late = await insertQueued(at.store, { nowMs: 90_000, priority: 1 });
      expect((await at.store.queued(10, { after: '' })).map((t) => t.id)).toEqual(
        [urgent, old, late, patient].map((t) => t.id),
      );
      expect(await at.store.queuedRanks('default', 10)).toEqual([urgent, old, late, patient].map((t) => t.queueRankMs));
      expect(await at.store.queuedRanks('default', 1)).toEqual([urgent.queueRankMs]);
    });

    it('returns the tasks that waited too long, and its own state', async () => {
      expect(await at.store.stats()).toEqual({ queued: 0, running: 0, awaitingDelivery: 0, oldestQueuedTimeMs: null });
      const timeouts = { queueMs: 100, totalMs: null, stallMs: null, fetchMs: null };
      const overdue = await insertQueued(at.store, { nowMs: 1000, timeouts });
      await insertQueued(at.store, { nowMs: 2000, timeouts });
      await insertRunning(at.store, LONG_MS, { nowMs: 500, timeouts });
      expect(await at.store.overdue(10, { nowMs: 1500 })).toEqual([overdue]);
      expect(await at.store.overdue(10, { nowMs: 1100 })).toEqual([]);
      expect((await at.store.overdue(1, { nowMs: 9000 })).map((t) => t.id)).toEqual([overdue.id]);
      expect(await at.store.stats()).toEqual({ queued: 2, running: 1, awaitingDelivery: 0, oldestQueuedTimeMs: 1000 });
    });
  });

  describe('removal', () => {
    const at = useStore(kind);

    it('removes a task with its spec and diagnostics, only in the very state that was read, and announces it', async () => {
      const queued = await insertQueued(at.store, { requestId: 'r1' });
      const ended = cancelled(queued, 2000);
      await at.store.replace(queued, ended, lease);
      await at.store.putDiagnostics(ended, '{"a":1}', { fence: 1 });
      expect(await at.store.remove(queued)).toBe(false);
      expect(await at.store.get(ended)).toEqual(ended);
      const hints: TaskHint[] = [];
      const stop = at.store.feed.subscribe({ onHint: (hint) => hints.push(hint), onGap: () => undefined });
      expect(await at.store.remove(ended)).toBe(true);
      await eventually('a hint', () =>
        hints.some((hint) => hint.key.id === ended.id && hint.revision > ended.revision),
      );
      stop();
      expect([await at.store.get(ended), await at.store.getSpec(ended), await at.store.getDiagnostics(ended)]).toEqual([
        null,
        null,
        null,
      ]);
      expect(await at.store.remove(ended)).toBe(false);
      // Its request id is free again: "for the life of the record".
      expect(await at.store.insert(newTask({ requestId: 'r1' }), '{}')).toEqual({ kind: 'inserted' });
    });

    it.each([{ revision: 1 }, { fence: 7 }, { attemptId: 'stranger' }, { tenant: 'other' }])(
      'changes nothing for another state of the task: %j',
      async (difference) => {
        const running = await insertRunning(at.store);
        await at.store.putDiagnostics(running, '{"a":1}', { fence: 1 });
        expect(await at.store.remove({ ...running, ...difference })).toBe(false);
        expect([
          await at.store.get(running),
          await at.store.getSpec(running),
          await at.store.getDiagnostics(running),
        ]).toEqual([running, '{}', '{"a":1}']);
      },
    );

    it('excludes a concurrent change, or is excluded by it', async () => {
      for (let round = 0; round < 5; round++) {
        const queued = await insertQueued(at.store);
        const ended = cancelled(queued, 2000);
        const [isRemoved, isChanged] = await Promise.all([
          at.store.remove(queued),
          at.store.replace(queued, ended, lease),
        ]);
        expect(isRemoved).toBe(!isChanged);
        expect(await at.store.get(queued)).toEqual(isRemoved ? null : ended);
      }
    });

    it('leaves no diagnostics behind that an attempt writes at the same moment', async () => {
      for (let round = 0; round < 10; round++) {
        const task = await insertQueued(at.store);
        const puts = Array.from({ length: 4 }, () => at.store.putDiagnostics(task, '{"late":true}', { fence: 1 }));
        expect(await at.store.remove(task)).toBe(true);
        await Promise.all(puts);
        expect(await at.store.getDiagnostics(task)).toBeNull();
      }
    });

    it('ends every watch of the task with TASK_NOT_FOUND', { timeout: 20_000 }, async () => {
      const task = await insertQueued(at.store);
      const other = kind.shared ? await at.open() : at.store;
      const hub = createTaskHub({
        store: at.store,
        clock: systemClock,
        queue: createQueueView({ store: at.store, clock: systemClock }),
        previews: createPreviews(),
        heartbeatMs: LONG_MS,
      });
      const events = pullWatch(hub, task, { afterRevision: null, signal: new AbortController().signal });
      expect(await events.next()).toMatchObject({ value: { kind: 'task', task: { id: task.id } } });
      // Looked after from now on: it may reject before `remove` resolves.
      const ended = expect(events.next()).rejects.toMatchObject({ detail: { reason: 'TASK_NOT_FOUND' } });
      expect(await other.remove(task)).toBe(true);
      await ended;
      hub.close();
    });

    it('finds the ended tasks that have expired', async () => {
      const queued = await insertQueued(at.store, { ttlMs: 1000 });
      const ended = cancelled(queued, 5000);
      await at.store.replace(queued, ended, lease);
      await insertQueued(at.store);
      expect(await at.store.expired(10, { nowMs: 6000 })).toEqual([]);
      expect(await at.store.expired(10, { nowMs: 6001 })).toEqual([ended]);
    });
  });

  describe('diagnostics', () => {
    const at = useStore(kind);

    it('keep the last version, and none for a missing task', async () => {
      const task = await insertQueued(at.store);
      expect(await at.store.getDiagnostics(task)).toBeNull();
      await at.store.putDiagnostics(task, '"first"', { fence: 1 });
      await at.store.putDiagnostics(task, '"$second"', { fence: 1 });
      expect(await at.store.getDiagnostics(task)).toBe('"$second"');
      const nobody = newTask();
      await at.store.putDiagnostics(nobody, '"x"', { fence: 1 });
      expect(await at.store.getDiagnostics(nobody)).toBeNull();
    });

    it('keep the version of the latest attempt, in any order of arrival', async () => {
      const task = await insertQueued(at.store);
      for (const fence of [2, 1, 3, 2]) await at.store.putDiagnostics(task, `"of ${fence}"`, { fence });
      expect(await at.store.getDiagnostics(task)).toBe('"of 3"');
      await at.store.putDiagnostics(task, '"of 3 again"', { fence: 3 });
      expect(await at.store.getDiagnostics(task)).toBe('"of 3 again"');
    });

    it('keep the version of the latest attempt when several arrive at once', async () => {
      for (let round = 0; round < 5; round += 1) {
        const task = await insertQueued(at.store);
        await Promise.all([4, 2, 5, 1, 3].map((fence) => at.store.putDiagnostics(task, `"of ${fence}"`, { fence })));
        expect(await at.store.getDiagnostics(task)).toBe('"of 5"');
      }
    });
  });

  describe('workers', () => {
    const at = useStore(kind);
    const build = { version: '$5', encoders: ['libx264'], decoders: ['h264'] };

    it('are listed while they announce themselves', async () => {
      expect(await at.store.workers()).toEqual([]);
      await at.store.announceWorker({ owner: 'a', slots: 2, build }, { leaseMs: LONG_MS });
      await at.store.announceWorker({ owner: 'b', slots: 1, build: null }, { leaseMs: LONG_MS });
      await at.store.announceWorker({ owner: 'b', slots: 3, build: null }, { leaseMs: LONG_MS });
      expect(await at.store.workers()).toEqual([
        { owner: 'a', slots: 2, build },
        { owner: 'b', slots: 3, build: null },
      ]);
      await at.store.forgetWorker('a');
      await at.store.announceWorker({ owner: 'b', slots: 3, build: null }, { leaseMs: 1 });
      await eventually('the lease ends', async () => (await at.store.workers()).length === 0);
    });

    if (kind.shared) {
      it('are the same for every process', async () => {
        const other = await at.open();
        await at.store.announceWorker({ owner: 'a', slots: 2, build }, { leaseMs: LONG_MS });
        await other.announceWorker({ owner: 'b', slots: 1, build: null }, { leaseMs: LONG_MS });
        const both = [
          { owner: 'a', slots: 2, build },
          { owner: 'b', slots: 1, build: null },
        ];
        expect([await at.store.workers(), await other.workers()]).toEqual([both, both]);
        await other.forgetWorker('b');
        expect(await at.store.workers()).toEqual(both.slice(0, 1));
      });
    }
  });
}
