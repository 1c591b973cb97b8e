import { createInspectionPool } from '../media/inspection-pool.js';
import { askWorkers } from '../task/ask-workers.js';
import type { LimitedInspector } from '../task/ports/media-inspector.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import { MAX_WAITING_INSPECTIONS } from './create-engine.js';
import type { ServiceContext } from './service-context.js';
import { systemClock } from './system-clock.js';

/** Requests of this process that workers have or may take at a time. */
const AT_ONCE = 32;
/** A worker that has room takes a request at once. */
const TAKE_MS = 10_000;
/** An inspection takes a minute at most, and may be begun anew by another worker. */
const ANSWER_MS = 120_000;

/** The inspections of a process without ffmpeg, done by workers. Null: no other process works on its store. */
export function inspectByWorkers({
  store,
  config,
}: Pick<ServiceContext, 'store' | 'config'>): PerTenant<LimitedInspector> | null {
  const { inspections } = store;
  if (inspections === null) return null;
  const workers = askWorkers({
    ...{ store, inspections, clock: systemClock },
    ...{ leaseMs: config.leaseMs, takeMs: TAKE_MS, answerMs: ANSWER_MS },
  });
  const pool = createInspectionPool({
    inspectors: workers,
    atOnce: AT_ONCE,
    maxWaiting: MAX_WAITING_INSPECTIONS,
    isThere: () => workers.isThere(),
  });
  return { of: (tenant) => ({ ...pool.of(tenant), isElsewhere: true }) };
}
