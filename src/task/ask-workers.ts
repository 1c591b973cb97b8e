import { linkSignals } from './abort.js';
import { CallError } from './call-error.js';
import { probeText, readAnswer } from './inspection-texts.js';
import type { Clock } from './ports/clock.js';
import type { InspectionKind, InspectionStore } from './ports/inspection-store.js';
import type { MediaInspector, MediaReport, Resolved, SpecOptions } from './ports/media-inspector.js';
import type { PerTenant } from './ports/per-tenant.js';
import type { WorkerStore } from './ports/worker-store.js';
import type { Violation } from '../composition/violation.js';
import { wakeable, type Wakeable } from './wait.js';

export interface AskWorkersDeps {
  readonly store: WorkerStore;
  readonly inspections: InspectionStore;
  readonly clock: Pick<Clock, 'monotonicMs' | 'newAttemptId'>;
  /** Of the workers' claims. Also how often one that waits looks by itself. */
  readonly leaseMs: number;
  /** How long a request waits for a worker that takes it. */
  readonly takeMs: number;
  /** How long it waits for its answer, the wait for a worker included. */
  readonly answerMs: number;
}

/** Workers that look at inputs for this process. */
export interface AskedWorkers extends PerTenant<MediaInspector> {
  /** Whether there is one. */
  isThere(): Promise<boolean>;
}

/** The record outlives the wait by so long, so that its end is seen by whoever waits. */
const SPARE_MS = 10_000;

/**
 * Asks workers, through the store, for inspections. Nobody is named: any worker that has room takes a request. When its caller gives up the worker hears of it.
 * @throws CallError from each method of an inspector: INPUTS_UNAVAILABLE while no worker is alive that does them, when none takes the request, or none answers in time.
 */
export function askWorkers(deps: AskWorkersDeps): AskedWorkers {
  const { store, inspections, clock, leaseMs, takeMs, answerMs } = deps;
  const waiting = new Map<string, Wakeable>();
  // Ends with the store.
  inspections.follow({
    onChange: (id, state) => {
      if (state !== 'OPEN') waiting.get(id)?.wake();
    },
    onGap: () => {
      for (const news of waiting.values()) news.wake();
    },
  });

  const isThere = async (): Promise<boolean> => (await store.workers()).some(({ inspects }) => inspects ?? false);

  async function ask(tenant: string, kind: InspectionKind, text: string, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    if (!(await isThere())) throw new CallError({ reason: 'INPUTS_UNAVAILABLE' });
    const id = clock.newAttemptId();
    const news = wakeable();
    waiting.set(id, news);
    try {
      await inspections.ask({ id, tenant, kind, text }, { ttlMs: answerMs + SPARE_MS });
      return readAnswer(await answerTo(id, news, signal));
    } finally {
      waiting.delete(id);
      // Nobody waits for this either; a record that stays is forgotten by itself.
      inspections.remove(id).catch(() => undefined);
    }
  }

  async function answerTo(id: string, news: Wakeable, signal: AbortSignal): Promise<string> {
    const askedMs = clock.monotonicMs();
    const wait = linkSignals([signal], { timeoutMs: answerMs });
    const unavailable = (): CallError => new CallError({ reason: 'INPUTS_UNAVAILABLE' });
    try {
      for (let isTaken = false; ;) {
        const leftMs = isTaken ? leaseMs : Math.min(leaseMs, askedMs + takeMs - clock.monotonicMs());
        await news.wait({ timeoutMs: Math.max(0, leftMs), signal: wait.signal });
        signal.throwIfAborted();
        if (wait.signal.aborted) throw unavailable();
        const seen = await inspections.look(id);
        if (seen === null) throw unavailable();
        if (seen.answer !== null) return seen.answer;
        ({ isTaken } = seen);
        if (!isTaken && clock.monotonicMs() - askedMs >= takeMs) throw unavailable();
      }
    } finally {
      wait.release();
    }
  }

  const ofSpec = (tenant: string, kind: InspectionKind, { specJson, signal }: SpecOptions): Promise<unknown> =>
    ask(tenant, kind, specJson, signal);
  return {
    isThere,
    of: (tenant) => ({
      probe: async (uri, { field, signal }) =>
        (await ask(tenant, 'PROBE', probeText({ uri, field }), signal)) as MediaReport,
      check: async (_, options) => (await ofSpec(tenant, 'CHECK', options)) as readonly Violation[],
      resolve: async (_, options) => (await ofSpec(tenant, 'RESOLVE', options)) as Resolved,
    }),
  };
}
