import { hostname } from 'node:os';
import { createEngine, type Engine } from './create-engine.js';
import { createLauncher } from '../engine/process/launcher.js';
import { systemClock } from './system-clock.js';
import { parseStoredSpec } from '../wire/render-spec/parse-stored-spec.js';
import { createWorkerPool, type WorkerPool } from '../worker/worker-pool.js';
import type { ServiceContext } from './service-context.js';

/**
 * The worker side, with the engine that also inspects inputs for callers. Null: this process serves the API only, and needs no ffmpeg.
 * @param cleanups takes how to let go of it.
 */
export async function createWorker(
  context: ServiceContext,
  cleanups: (() => Promise<unknown>)[],
): Promise<{ pool: WorkerPool; engine: Engine } | null> {
  const { config, events, store, outputs } = context;
  const { scratchRoot } = context;
  if (scratchRoot === null) return null;
  const launcher = createLauncher({ log: context.logger });
  cleanups.push(() => {
    launcher.close();
    return Promise.resolve();
  });
  const engine = await createEngine({ ...context, scratchRoot, supervise: launcher.supervise });
  context.metrics.showCage(engine.cage);
  const pool = createWorkerPool({
    store,
    renderer: engine.renderer,
    assistant: engine.assistant,
    build: engine.build,
    inspecting: { inspectors: engine.inspectors, atOnce: engine.inspectionsAtOnce },
    outputs,
    uploader: context.uploader,
    events,
    clock: systemClock,
    parseSpec: parseStoredSpec,
    owner: `${hostname()}.${process.pid}.${systemClock.newAttemptId()}`,
    slots: config.slots,
    leaseMs: config.leaseMs,
    heartbeatMs: config.heartbeatMs,
    progressIntervalMs: config.progressIntervalMs,
    sweepIntervalMs: config.sweepIntervalMs,
    machine: context.machine,
    previews: context.previews,
    ...(context.spans && { spans: context.spans }),
    ...(context.limits && { limits: context.limits }),
  });
  return { pool, engine };
}
