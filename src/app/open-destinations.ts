import type { Config } from '../config/config.js';
import { type BucketDestinations, NO_DESTINATIONS, parseDestinations } from '../config/destinations.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import { followFile } from './follow-file.js';

/**
 * The buckets that outputs are put to and inputs read from, by the file as it is at each use.
 * @param cleanups gets what ends it.
 * @throws Error, for people, with every problem of the file.
 */
export async function openDestinations(
  { destinationsFile: file }: Pick<Config, 'destinationsFile'>,
  events: Pick<TaskEvents, 'backgroundError'>,
  cleanups: (() => Promise<unknown>)[],
): Promise<BucketDestinations> {
  if (file === null) return NO_DESTINATIONS;
  // Now, while there are descriptors: Node does not load a module again whose load has failed.
  await import('../media/s3/s3-put.js');
  await import('../media/s3/bucket-download.js');
  const current = await followFile(
    { name: 'CUTROOM_DESTINATIONS_FILE', file, parse: parseDestinations },
    events,
    cleanups,
  );
  return {
    find: (tenant, name) => current().find(tenant, name),
    inputsOf: (tenant) => current().inputsOf(tenant),
  };
}
