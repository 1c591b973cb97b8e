import type { Config } from '../config/config.js';
import { openTenantUploads } from '../media/tenant-media.js';
import type { MediaUploads } from '../task/ports/media-uploads.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { TaskEvents } from '../task/ports/task-events.js';
import type { Storage } from './open-storage.js';
import { systemClock } from './system-clock.js';
import type { TenantRules } from './tenant-rules.js';

/** How often it is looked for uploads whose time is up. */
const UPLOADS_SWEEP_MS = 60_000;
/** In a storage of all machines, where each of them looks. */
const SHARED_SWEEP_MS = 600_000;

/** The uploads of all tenants; those whose time is up are removed until the cleanup. */
export async function openUploads(
  {
    dataDir,
    maxUploadsBytes,
    objects,
    uploadTtlMs,
  }: Omit<Config, 'uploadTtlMs'> & Pick<Storage, 'objects'> & Pick<TenantRules, 'uploadTtlMs'>,
  events: TaskEvents,
  cleanups: (() => Promise<unknown>)[],
): Promise<PerTenant<MediaUploads>> {
  const nowMs = systemClock.nowMs();
  const uploads = await openTenantUploads({
    dataDir,
    nowMs,
    ttlMs: uploadTtlMs,
    maxTotalBytes: maxUploadsBytes,
    objects,
  });
  const sweep = () =>
    uploads.removeExpired(systemClock.nowMs()).catch((error: unknown) => {
      events.backgroundError('cannot remove old uploads', error);
    });
  await sweep();
  const timer = setInterval(
    () => void sweep(),
    objects ? SHARED_SWEEP_MS * (0.75 + Math.random() / 2) : UPLOADS_SWEEP_MS,
  );
  timer.unref();
  cleanups.push(() => {
    clearInterval(timer);
    return Promise.resolve();
  });
  return uploads;
}
