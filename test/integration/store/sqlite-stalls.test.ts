import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/app/system-clock.js';
import { DEFAULT_OUTPUTS } from '../../../src/composition/output-spec.js';
import { montageForm } from '../../../src/composition/montage/montage-form.js';
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { createPreviews } from '../../../src/task/previews.js';
import { createWorkerPool } from '../../../src/worker/worker-pool.js';
import { eventually } from '../../support/eventually.js';
import { montageOf } from '../../support/montage.js';
import { newTask } from '../../support/new-task.js';
import { createPausedRenderer } from '../../support/paused-renderer.js';
import { recordEvents } from '../../support/task-events.js';

const LEASE_MS = 200;
const key = { tenant: 'default', id: 't1' };
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A process that gets no CPU, or a machine that sleeps. */
function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

it('a worker on an SQLite file keeps its own render however long the process was stopped', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-stall-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  const store = createSqliteStore({ file: path.join(folder, 'cutroom.sqlite') });
  cleanups.push(() => store.close());
  const renderer = createPausedRenderer();
  const events = recordEvents();
  const unused = () => Promise.reject(new Error('not used here'));
  const pool = createWorkerPool({
    store,
    renderer,
    assistant: null,
    events,
    outputs: {
      publish: unused,
      open: unused,
      discard: () => Promise.resolve(),
      discardAttempt: () => Promise.resolve(),
      attempts: async function* () {
        yield* await Promise.resolve([]);
      },
    },
    uploader: { of: () => ({ check: () => null, put: unused }) },
    owner: 'w',
    clock: systemClock,
    previews: createPreviews(),
    parseSpec: () => ({ form: montageForm(montageOf(1)), outputs: DEFAULT_OUTPUTS }),
    slots: 1,
    build: null,
    leaseMs: LEASE_MS,
    heartbeatMs: 50,
    progressIntervalMs: 20,
    sweepIntervalMs: 20,
    machine: { problem: () => Promise.resolve(null) },
  });
  cleanups.push(() => pool.stop({ graceMs: 0 }));
  await store.insert(newTask({ ...key, nowMs: Date.now() }), '{}');
  pool.start();
  const render = await eventually('a render', () => renderer.renders[0]);
  for (const n of [1, 2, 3, 4]) {
    stall(2 * LEASE_MS);
    render.progress(n);
    await eventually('progress after the stall', async () => (await store.get(key))?.percent === n);
  }
  render.finish();
  await eventually('the end', async () => (await store.get(key))?.state === 'SUCCEEDED');
  expect(await store.get(key)).toMatchObject({ attempt: 1, workerLosses: 0 });
  expect(events.log).toEqual(['claimed t1', 'ended t1 SUCCEEDED']);
});
