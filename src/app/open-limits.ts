import { openReloadedFile } from '../shared/reloaded-file.js';
import { type LimitsFile, parseLimits } from '../config/limits.js';
import type { TaskEvents } from '../task/ports/task-events.js';

/**
 * The limits of tenants, at each question as the file has them then.
 * @param file null: there are none, and nothing is counted.
 * @param cleanups gets what ends it.
 * @throws Error, for people, with every problem of the file.
 */
export async function openLimits(
  file: string | null,
  events: Pick<TaskEvents, 'backgroundError'>,
  cleanups: (() => Promise<unknown>)[],
): Promise<LimitsFile | null> {
  if (file === null) return null;
  const reloaded = await openReloadedFile(
    { name: 'CUTROOM_LIMITS_FILE', file, parse: parseLimits },
    (message, cause) => {
      events.backgroundError(message, cause);
    },
  );
  cleanups.push(() => {
    reloaded.close();
    return Promise.resolve();
  });
  return {
    of: (tenant) => reloaded.current().of(tenant),
    isNamed: (tenant) => reloaded.current().isNamed(tenant),
  };
}
