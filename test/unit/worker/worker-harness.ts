import { afterEach, beforeEach } from 'vitest';
import { createMemoryStore } from '../../support/memory-store.js';
import { systemClock } from '../../../src/app/system-clock.js';
import { CallError } from '../../../src/task/call-error.js';
import type { OutputOwner, OutputStore } from '../../../src/task/ports/output-store.js';
import type { Store } from '../../../src/task/ports/store.js';
import type { Task } from '../../../src/task/task.js';
import { createPreviews } from '../../../src/task/previews.js';
import { createWorkerPool, type WorkerPool, type WorkerPoolOptions } from '../../../src/worker/worker-pool.js';
import { eventually } from '../../support/eventually.js';
import { createPausedRenderer } from '../../support/paused-renderer.js';
import { newTask } from '../../support/new-task.js';
import { DEFAULT_OUTPUTS } from '../../../src/composition/output-spec.js';
import { montageForm } from '../../../src/composition/montage/montage-form.js';
import { montageOf } from '../../support/montage.js';
import { recordEvents } from '../../support/task-events.js';

export const LEASE_MS = 150;
const startMs = Date.now();
export let store: Store;
export let removed: string[];
export let left: OutputOwner[];
export const previews = createPreviews();
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

export const away = () => Promise.reject(new CallError({ reason: 'STORE_UNAVAILABLE' }));

/** `deaf`: its renders do not stop when told to, as in a process that hangs. */
export function startPool(owner: string, changes: Partial<WorkerPoolOptions> & { deaf?: boolean } = {}) {
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
    assistant: null,
    outputs,
    uploader: { of: () => ({ check: () => null, put: () => Promise.reject(new Error('not used here')) }) },
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
export async function submit(id: string, after = 1): Promise<void> {
  await store.insert(newTask({ id, nowMs: startMs + after }), '{}');
}

export const read = async (id: string): Promise<Task> => (await store.get({ tenant: 'default', id }))!;
export const inState = (id: string, state: Task['state']) =>
  eventually(`${id} ${state}`, async () => (await read(id)).state === state);
