import { untilAborted, linkSignals, type LinkedSignal } from '../task/abort.js';
import { CallError } from '../task/call-error.js';
import { type FailureReason, RenderError } from '../task/failure.js';
import { createGate } from '../task/gate.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { LimitedInspector, MediaInspector, MediaReport } from '../task/ports/media-inspector.js';

export interface InspectionPoolOptions {
  readonly inspectors: PerTenant<MediaInspector>;
  /** Inspections at a time, whoever asks. */
  readonly atOnce: number;
  /** How many more may wait; the next one is refused. */
  readonly maxWaiting: number;
  /** Default: always, as those of this process are. */
  readonly isThere?: () => Promise<boolean>;
}

/** Failures of this machine, which say nothing about the input. */
const OURS: ReadonlySet<FailureReason> = new Set(['OUT_OF_PROCESSES', 'OUT_OF_DISK', 'FFMPEG_MISSING']);

/** A probe under way and those who wait for it. */
interface SharedProbe {
  readonly report: Promise<MediaReport>;
  readonly run: LinkedSignal;
  callers: number;
}

/**
 * Puts all inspections of a process through one gate, so that callers cannot start as many tools as they make calls. Probes of the same input at the
 * same time are one.
 * @throws CallError from each method: INSPECTIONS_BUSY when too many wait, INPUTS_UNAVAILABLE when this machine lacks something.
 */
export function createInspectionPool({
  inspectors,
  atOnce,
  maxWaiting,
  isThere = () => Promise.resolve(true),
}: InspectionPoolOptions): PerTenant<LimitedInspector> {
  const onFull = (): CallError => new CallError({ reason: 'INSPECTIONS_BUSY' });
  const gate = createGate({ atOnce, maxWaiting, onFull });
  const inTurn = <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> =>
    gate.run(() => work().catch(throwOurs), signal);
  const probes = new Map<string, SharedProbe>();

  function begin(inspector: MediaInspector, uri: string, field: string, key: string): SharedProbe {
    const run = linkSignals([]);
    const report = inTurn(() => inspector.probe(uri, { field, signal: run.signal }), run.signal);
    const probe = { report, run, callers: 0 };
    probes.set(key, probe);
    const forget = (): void => {
      if (probes.get(key) === probe) probes.delete(key);
    };
    report.then(forget, forget);
    return probe;
  }

  const ofTenant = (tenant: string, inspector: MediaInspector): LimitedInspector => ({
    async probe(uri, { field, signal }) {
      signal.throwIfAborted();
      // The same name is another file for another tenant.
      const key = JSON.stringify([tenant, field, uri]);
      const probe = probes.get(key) ?? begin(inspector, uri, field, key);
      probe.callers += 1;
      try {
        return await untilAborted(probe.report, signal);
      } finally {
        probe.callers -= 1;
        if (probe.callers === 0) {
          if (probes.get(key) === probe) probes.delete(key);
          probe.run.abort();
        }
      }
    },

    resolve: (spec, options) => inTurn(() => inspector.resolve(spec, options), options.signal),

    check: (form, options) => inTurn(() => inspector.check(form, options), options.signal),

    requireRoom: () => {
      gate.requireRoom();
    },

    isThere,
  });
  return { of: (tenant) => ofTenant(tenant, inspectors.of(tenant)) };
}

function throwOurs(error: unknown): never {
  if (error instanceof RenderError && OURS.has(error.failure.reason))
    throw new CallError({ reason: 'INPUTS_UNAVAILABLE' }, { cause: error });
  throw error;
}
