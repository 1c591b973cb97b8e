import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { cancelled, progressed, succeeded } from '../../src/task/lifecycle.js';
import type { Output, ProgressReport } from '../../src/task/task.js';
import {
  claim,
  insertQueued,
  insertRunning,
  LONG_MS,
  newTask,
  useStore,
  type StoreKind,
  listOf,
} from './store-under-test.js';

const lease = { leaseMs: LONG_MS };
const progress: ProgressReport = {
  phase: 'RENDERING',
  percent: 40,
  framesDone: 4,
  framesTotal: 10,
  outTimeUs: 123,
  speed: 1.5,
  phaseTimings: [],
  remainingMs: null,
};

/** Texts that a store might take for something else: operators, field paths, variables, names of prototypes, ends of strings. */
const HOSTILE = [
  '$secret',
  '$$NOW',
  '$5 off',
  'a.b.c',
  '$set',
  '{"$gt": 1}',
  '__proto__',
  'constructor',
  "'; DROP TABLE tasks; --",
  '字幕 🎬 é',
  'line\nbreak\ttab',
  '%',
  '\\',
  '',
];

/** Insert, read, replace: one document at a time. */
export function describeDocuments(kind: StoreKind): void {
  describe('insert', () => {
    const at = useStore(kind);

    it('stores task and spec, and returns both unchanged', async () => {
      const task = newTask({ requestId: randomUUID() });
      expect(await at.store.insert(task, '{"montage":{}}')).toEqual({ kind: 'inserted' });
      expect(await at.store.get(task)).toEqual(task);
      expect(await at.store.getSpec(task)).toBe('{"montage":{}}');
    });

    it("returns nothing for tasks that were not inserted, nor for another tenant's", async () => {
      const task = await insertQueued(at.store);
      const others = [
        { tenant: 'default', id: randomUUID() },
        { tenant: 'other', id: task.id },
      ];
      for (const key of others) {
        expect(await at.store.get(key)).toBeNull();
        expect(await at.store.getSpec(key)).toBeNull();
      }
    });

    it('keeps tasks of two tenants apart that have the same id', async () => {
      const mine = await insertQueued(at.store, { tenant: 'a' });
      const theirs = newTask({ tenant: 'b', id: mine.id, requestHash: 'other' });
      expect(await at.store.insert(theirs, '"b"')).toEqual({ kind: 'inserted' });
      expect(await at.store.replace(mine, claim(mine), lease)).toBe(true);
      expect(await at.store.get(theirs)).toEqual(theirs);
    });

    it('does not store a second task of the same request id, and returns the first', async () => {
      const requestId = randomUUID();
      const first = await insertQueued(at.store, { requestId });
      const second = newTask({ requestId, requestHash: 'another body' });
      expect(await at.store.insert(second, '{}')).toEqual({ kind: 'request-id-taken', task: first });
      expect(await at.store.get(second)).toBeNull();
      expect(await at.store.getSpec(second)).toBeNull();
    });

    it('stores a task once that is inserted twice', async () => {
      const task = await insertQueued(at.store, { requestId: randomUUID() });
      expect(await at.store.insert(task, '"other"')).toEqual({ kind: 'request-id-taken', task });
      expect(await at.store.getSpec(task)).toBe('{}');
    });

    it('returns the present state of the task that has the request id', async () => {
      const requestId = randomUUID();
      const running = await insertRunning(at.store, LONG_MS, { requestId });
      expect(await at.store.insert(newTask({ requestId }), '{}')).toEqual({ kind: 'request-id-taken', task: running });
      expect(await at.store.findByRequestId('default', requestId)).toEqual(running);
    });

    it('separates request ids by tenant, and stores any number of tasks without one', async () => {
      const requestId = randomUUID();
      await insertQueued(at.store, { tenant: 'a', requestId });
      expect(await at.store.findByRequestId('b', requestId)).toBeNull();
      expect(await at.store.insert(newTask({ tenant: 'b', requestId }), '{}')).toEqual({ kind: 'inserted' });
      expect(await at.store.insert(newTask(), '{}')).toEqual({ kind: 'inserted' });
      expect(await at.store.insert(newTask(), '{}')).toEqual({ kind: 'inserted' });
    });

    it('stores exactly one of 16 concurrent inserts of one request id, and returns it to all the others', async () => {
      const requestId = randomUUID();
      const tasks = Array.from({ length: 16 }, () => newTask({ requestId }));
      const results = await Promise.all(tasks.map((task) => at.store.insert(task, '{}')));
      const [winner, ...more] = tasks.filter((_, i) => results[i]?.kind === 'inserted');
      expect(more).toEqual([]);
      expect(results.filter((r) => r.kind === 'request-id-taken').map((r) => r.task)).toEqual(Array(15).fill(winner));
      expect(await listOf(at.store, { limit: 100, after: null })).toEqual([winner]);
    });

    it('rejects a second task of the same id as a bug of the caller', async () => {
      const task = await insertQueued(at.store);
      await expect(at.store.insert({ ...task, requestHash: 'other' }, '"other"')).rejects.toThrow(/already/);
      expect(await at.store.get(task)).toEqual(task);
      expect(await at.store.getSpec(task)).toBe('{}');
    });

    if (kind.durable) {
      it('keeps acknowledged tasks when the store is closed and opened again', async () => {
        const task = newTask({ requestId: randomUUID() });
        await at.store.insert(task, '"spec"');
        const running = claim(task);
        await at.store.replace(task, running, lease);
        await at.store.close();
        const again = await at.open();
        expect(await again.get(task)).toEqual(running);
        expect(await again.getSpec(task)).toBe('"spec"');
        expect(await again.insert(newTask({ requestId: task.requestId }), '{}')).toEqual({
          kind: 'request-id-taken',
          task: running,
        });
      });
    }
  });

  describe('replace', () => {
    const at = useStore(kind);

    it('stores the whole new version in the place of the old one', async () => {
      const running = await insertRunning(at.store);
      const further = progressed(running, progress, 3000);
      expect(await at.store.replace(running, further, lease)).toBe(true);
      expect(await at.store.get(running)).toEqual(further);
      const done = succeeded(
        further,
        { outputs: [], warnings: [{ code: 'CUE_AFTER_END', message: 'm', field: 'f', count: 2 }] },
        4000,
      );
      expect(await at.store.replace(further, done, lease)).toBe(true);
      expect(await at.store.get(running)).toEqual(done);
      expect(await at.store.getSpec(running)).toBe('{}');
    });

    it.each([
      ['an older revision', { revision: 1 }],
      ['a newer revision', { revision: 3 }],
      ['another fence', { fence: 0 }],
      ['another attempt', { attemptId: 'stranger' }],
      ['no attempt', { attemptId: null }],
      ['another tenant', { tenant: 'other' }],
      ['another id', { id: 'nobody' }],
    ])('changes nothing from %s', async (_, difference) => {
      const running = await insertRunning(at.store);
      const stale = { ...running, ...difference };
      expect(await at.store.replace(stale, cancelled(stale, 3000), lease)).toBe(false);
      expect(await at.store.replace(stale, progressed(stale, progress, 3000), lease)).toBe(false);
      expect(await at.store.get(running)).toEqual(running);
      expect(await listOf(at.store, { limit: 10, after: null })).toEqual([running]);
    });

    it('refuses the same change a second time', async () => {
      const queued = await insertQueued(at.store);
      expect(await at.store.replace(queued, claim(queued), lease)).toBe(true);
      expect(await at.store.replace(queued, claim(queued), lease)).toBe(false);
    });

    it('stores exactly one of a concurrent finish and cancel', async () => {
      for (let round = 0; round < 10; round++) {
        const running = await insertRunning(at.store);
        const ends = [succeeded(running, { outputs: [], warnings: [] }, 3000), cancelled(running, 3000)];
        const stored = await Promise.all(ends.map((end) => at.store.replace(running, end, lease)));
        expect(stored.filter(Boolean)).toHaveLength(1);
        expect(await at.store.get(running)).toEqual(ends[stored.indexOf(true)]);
      }
    });

    it('returns unusual values unchanged', async () => {
      for (const text of HOSTILE) {
        const task = newTask({
          requestHash: text,
          requestId: `${text}-${randomUUID()}`,
          labels: { a: text, 'a-b_c': text },
        });
        await at.store.insert(task, text);
        const running = claimedWith(task, text);
        expect(await at.store.replace(task, running, lease)).toBe(true);
        const done = succeeded(
          running,
          { outputs: [output(text)], warnings: [{ code: 'CUE_AFTER_END', message: text, field: text, count: 1 }] },
          3000,
        );
        const failed = { ...done, failure: { reason: 'INTERNAL', message: text, field: text } as const };
        expect(await at.store.replace(running, failed, lease)).toBe(true);
        expect(await at.store.get(task)).toStrictEqual(failed);
        expect(await at.store.getSpec(task)).toBe(text);
        expect(await at.store.findByRequestId('default', task.requestId ?? '')).toStrictEqual(failed);
      }
    });

    it('returns a spec of a megabyte whole', async () => {
      const task = newTask();
      const spec = JSON.stringify({ text: '字'.repeat(350_000) });
      await at.store.insert(task, spec);
      expect(await at.store.getSpec(task)).toBe(spec);
    });
  });

  describe('secret', () => {
    const at = useStore(kind);

    it('returns the same 32 bytes for every concurrent and later call, and others for another name', async () => {
      const values = await Promise.all(Array.from({ length: 16 }, () => at.store.secret('signing')));
      expect(values[0]).toHaveLength(32);
      expect(new Set(values.map((value) => value.toString('hex'))).size).toBe(1);
      expect(await at.store.secret('signing')).toEqual(values[0]);
      expect(await at.store.secret('other')).not.toEqual(values[0]);
    });

    if (kind.durable) {
      it('returns the same bytes after the store was opened again', async () => {
        const value = await at.store.secret('signing');
        await at.store.close();
        expect(await (await at.open()).secret('signing')).toEqual(value);
      });
    }
    if (kind.shared) {
      it('returns the same bytes to two processes that ask at once', async () => {
        const other = await at.open();
        const [mine, theirs] = await Promise.all([at.store.secret('signing'), other.secret('signing')]);
        expect(mine).toEqual(theirs);
      });
    }
  });

  describe('close', () => {
    const at = useStore(kind);

    it('makes every later call reject, and may be called again', async () => {
      const task = await insertQueued(at.store);
      await expect(at.store.ping()).resolves.toBeUndefined();
      await at.store.close();
      const { store } = at;
      const calls: (() => Promise<unknown>)[] = [
        () => store.insert(newTask(), '{}'),
        () => store.get(task),
        () => store.findByRequestId('default', 'r'),
        () => store.getSpec(task),
        () => listOf(store, { limit: 1, after: null }),
        () => store.replace(task, claim(task), lease),
        () => store.renewLease({ key: task, fence: 1, attemptId: 'a', leaseMs: 1 }),
        () => store.remove(task),
        () => store.count('default'),
        () => store.queued(1, { after: '' }),
        () => store.queuedRanks('default', 1),
        () => store.queuedByTenant(),
        () => store.countIn('default', 'QUEUED', 1),
        () => store.outputBytes('default'),
        () => store.overdue(1, { nowMs: 1 }),
        () => store.expired(1, { nowMs: 1 }),
        () => store.stats(),
        () => store.putDiagnostics(task, '{}', { fence: 1 }),
        () => store.getDiagnostics(task),
        () => store.announceWorker({ owner: 'o', slots: 1, build: null }, { leaseMs: 1 }),
        () => store.forgetWorker('o'),
        () => store.workers(),
        () => store.abandoned(1, { owner: 'o' }),
        () => store.secret('s'),
        () => store.replaceSecret('s', Buffer.alloc(32), Buffer.alloc(32, 1)),
        () => store.ping(),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ detail: { reason: 'STORE_UNAVAILABLE' } });
      await expect(store.close()).resolves.toBeUndefined();
    });
  });
}

function claimedWith(task: ReturnType<typeof newTask>, owner: string): ReturnType<typeof newTask> {
  return { ...claim(task, owner), attemptId: `${owner}-attempt` };
}

function output(text: string): Output {
  const frameRate = { num: 30000, den: 1001 };
  const size = { sizeBytes: 2 ** 40, durationUs: 30_000_000, width: 1080, height: 1920, frameRate, frameCount: 900 };
  return { key: text, location: text, ...size, videoCodec: text, audioCodec: text, sha256: text };
}
