import { type LimitsFile, parseLimits } from '../config/limits.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import { followFile } from './follow-file.js';

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
  const current = await followFile({ name: 'CUTROOM_LIMITS_FILE', file, parse: parseLimits }, events, cleanups);
  return {
    of: (tenant) => current().of(tenant),
    isNamed: (tenant) => current().isNamed(tenant),
  };
}
