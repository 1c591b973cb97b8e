import type { Config } from '../config/config.js';
import { type BucketDestinations, NO_DESTINATIONS, parseDestinations } from '../config/destinations.js';
import { createHttpUploader } from '../media/http/http-uploader.js';
import { createOutputUploader } from '../media/output-uploader.js';
import { createS3Uploader } from '../media/s3/s3-uploader.js';
import { perTenant } from '../media/tenant-media.js';
import { openReloadedFile } from '../shared/reloaded-file.js';
import type { OutputUploader } from '../task/ports/output-uploader.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { TenantRules } from './tenant-rules.js';

/**
 * What puts outputs to the destinations of callers, by the rules and the file of destinations as they are at each use.
 * @param cleanups gets what ends it.
 * @throws Error, for people, with every problem of the file.
 */
export async function openUploader(
  { destinationsFile }: Pick<Config, 'destinationsFile'>,
  rules: Pick<TenantRules, 'httpRules'>,
  events: Pick<TaskEvents, 'backgroundError'>,
  cleanups: (() => Promise<unknown>)[],
): Promise<PerTenant<OutputUploader>> {
  const destinations = await openDestinations(destinationsFile, events, cleanups);
  return perTenant((tenant) =>
    createOutputUploader({
      http: createHttpUploader({ rules: () => rules.httpRules(tenant) }),
      s3: createS3Uploader({ find: (name) => destinations.find(tenant, name) }),
    }),
  );
}

async function openDestinations(
  file: string | null,
  events: Pick<TaskEvents, 'backgroundError'>,
  cleanups: (() => Promise<unknown>)[],
): Promise<BucketDestinations> {
  if (file === null) return NO_DESTINATIONS;
  const reloaded = await openReloadedFile(
    { name: 'CUTROOM_DESTINATIONS_FILE', file, parse: parseDestinations },
    (message, cause) => {
      events.backgroundError(message, cause);
    },
  );
  cleanups.push(() => {
    reloaded.close();
    return Promise.resolve();
  });
  return { find: (tenant, name) => reloaded.current().find(tenant, name) };
}
