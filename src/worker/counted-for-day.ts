import type { TenantLimits } from '../task/limits.js';
import { pixelFramesOf, withSizeTold } from '../task/pixel-frames.js';
import type { Clock } from '../task/ports/clock.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { RenderJob } from '../task/ports/renderer.js';
import type { UsageStore } from '../task/ports/usage-store.js';
import type { Task } from '../task/task.js';
import { utcDayOf } from '../task/utc-day.js';

interface CountDeps {
  readonly store: Pick<UsageStore, 'addPixelFrames'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly limits?: PerTenant<Pick<TenantLimits, 'pixelFramesPerDay'>>;
  /** The first attempt since the submit or retry of the task. */
  readonly isFirst: boolean;
  readonly backgroundError: (message: string, cause: unknown) => void;
}

/**
 * Counts a size that only inputs decide for the limit of the day, once they are read, and refuses nothing: the submit and the retry count the others. Further attempts
 * are the service's matter, not the tenant's. Beside the attempt, not in its way.
 */
export function countedForDay(
  { store, clock, limits, isFirst, backgroundError }: CountDeps,
  { tenant }: Task,
  job: RenderJob,
): RenderJob {
  const limit = limits?.of(tenant).pixelFramesPerDay ?? null;
  if (limit === null || !isFirst || pixelFramesOf(job) !== null) return job;
  let isCounted = false;
  return withSizeTold(job, (pixelFrames) => {
    if (isCounted) return;
    isCounted = true;
    store.addPixelFrames({ tenant, day: utcDayOf(clock.nowMs()) }, pixelFrames).catch((error: unknown) => {
      backgroundError('cannot count a task for the limit of the day', error);
    });
  });
}
