import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/app/system-clock.js';
import { askWorkers, type AskedWorkers } from '../../../src/task/ask-workers.js';
import { CallError } from '../../../src/task/call-error.js';
import { RenderError } from '../../../src/task/failure.js';
import type { MediaInspector, MediaReport } from '../../../src/task/ports/media-inspector.js';
import type { Store } from '../../../src/task/ports/store.js';
import { runInspections } from '../../../src/worker/inspections.js';
import { createMemoryStore } from '../../support/memory-store.js';
import { eventually } from '../../support/eventually.js';
import { recordEvents } from '../../support/task-events.js';

const report: MediaReport = { format: 'mp4', durationUs: 1_500_000, video: null, audio: null };
const never = new AbortController().signal;
const unused = () => Promise.reject(new Error('not asked for here'));
const LEASE_MS = 100;

let store: Store;
let asked: AskedWorkers;
const workers: { readonly stop: AbortController; readonly done: Promise<void> }[] = [];
const events = recordEvents();

beforeEach(() => {
  store = createMemoryStore({ nowMs: () => performance.now() });
  asked = askWorkers({
    ...{ store, inspections: store.inspections!, clock: systemClock },
    ...{ leaseMs: LEASE_MS, takeMs: 300, answerMs: 60_000 },
  });
});
afterEach(async () => {
  for (const { stop } of workers) stop.abort();
  await Promise.all(workers.splice(0).map(({ done }) => done));
  await store.close();
});

const announce = () => store.announceWorker({ owner: 'w', slots: 1, build: null, inspects: true }, { leaseMs: 60_000 });

type Probe = MediaInspector['probe'];

async function startWorker(probe: (tenant: string, ...args: Parameters<Probe>) => ReturnType<Probe>) {
  await announce();
  const stop = new AbortController();
  const done = runInspections(
    {
      inspectors: { of: (tenant) => ({ probe: (...args) => probe(tenant, ...args), check: unused, resolve: unused }) },
      ...{ atOnce: 2, inspections: store.inspections!, parseSpec: () => expect.unreachable(), owner: 'w' },
      ...{ clock: systemClock, events, leaseMs: LEASE_MS, heartbeatMs: 20, sweepIntervalMs: 10 },
    },
    stop.signal,
  );
  workers.push({ stop, done });
  return { stop: () => (stop.abort(), done) };
}

const probe = (signal = never) => asked.of('acme').probe('a.mp4', { field: 'uri', signal });
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });

describe('an inspection by a worker', () => {
  it('has the tenant of its caller, and the answer of the worker', async () => {
    await startWorker((tenant, uri, { field }) => Promise.resolve({ ...report, format: `${tenant} ${uri} ${field}` }));
    expect(await Promise.all([probe(), probe(), probe()])).toEqual(
      Array.from({ length: 3 }, () => ({ ...report, format: 'acme a.mp4 uri' })),
    );
  });

  it.each([
    ['a failure of the input', new RenderError('INPUT_NO_AUDIO', 'has no sound', { field: 'uri' })],
    ['a refusal of the worker', new CallError({ reason: 'INSPECTIONS_BUSY' })],
  ])('throws %s as the worker threw it', async (_, error) => {
    await startWorker(() => Promise.reject(error));
    const thrown: unknown = await probe().catch((caught: unknown) => caught);
    expect(thrown).toBeInstanceOf(error.constructor);
    expect(thrown).toEqual(error);
  });

  it('throws no details of a fault', async () => {
    await startWorker(() => Promise.reject(new Error('secret')));
    await expect(probe()).rejects.toThrow('a worker failed to look at inputs; its log says why');
  });

  it('is a fault where its answer is larger than the store takes', async () => {
    await startWorker(() => Promise.resolve({ ...report, format: 'x'.repeat(15 * 1024 * 1024) }));
    await expect(probe()).rejects.toThrow('a worker failed to look at inputs; its log says why');
  });

  it('is refused at once where no worker is there that does them', async () => {
    await store.announceWorker({ owner: 'old', slots: 1, build: null }, { leaseMs: 60_000 });
    expect(await asked.isThere()).toBe(false);
    await expect(probe()).rejects.toMatchObject({ detail: { reason: 'INPUTS_UNAVAILABLE' } });
  });

  it('is given up when no worker takes it', async () => {
    await announce();
    await expect(probe()).rejects.toMatchObject({ detail: { reason: 'INPUTS_UNAVAILABLE' } });
    await eventually('its record is gone', async () => {
      const claim = { owner: 'x', claimId: 'c', leaseMs: 1 };
      return (await store.inspections!.claim(claim)) === null;
    });
  });

  it('is begun anew by another worker when the first stops, or dies', async () => {
    let begun = 0;
    const leaving = await startWorker((_t, _u, { signal }) => {
      begun += 1;
      return untilAborted(signal);
    });
    const first = probe();
    await eventually('it is begun', () => begun === 1);
    await leaving.stop();
    // This one takes it and is not heard of again.
    const dead = await store.inspections!.claim({ owner: 'dead', claimId: 'd', leaseMs: LEASE_MS });
    expect(dead).not.toBeNull();
    await startWorker(() => Promise.resolve(report));
    expect(await first).toEqual(report);
  });

  it('is stopped at the worker when its caller goes away', async () => {
    let isStopped = false;
    let isBegun = false;
    await startWorker((_t, _u, { signal }) => {
      isBegun = true;
      signal.addEventListener('abort', () => (isStopped = true));
      return untilAborted(signal);
    });
    const caller = new AbortController();
    const left = probe(caller.signal);
    await eventually('it is begun', () => isBegun);
    caller.abort();
    await expect(left).rejects.toThrow();
    await eventually('it is stopped', () => isStopped);
  });
});
