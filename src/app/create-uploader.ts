import type { BucketDestinations } from '../config/destinations.js';
import { createHttpUploader } from '../media/http/http-uploader.js';
import { createOutputUploader } from '../media/output-uploader.js';
import { createS3Uploader } from '../media/s3/s3-uploader.js';
import { perTenant } from '../media/tenant-media.js';
import type { OutputUploader } from '../task/ports/output-uploader.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { TenantRules } from './tenant-rules.js';

/** What puts outputs to the destinations of callers, by the rules and the destinations as they are at each use. */
export function createUploader(
  destinations: Pick<BucketDestinations, 'find'>,
  rules: Pick<TenantRules, 'httpRules'>,
): PerTenant<OutputUploader> {
  return perTenant((tenant) =>
    createOutputUploader({
      http: createHttpUploader({ rules: () => rules.httpRules(tenant) }),
      s3: createS3Uploader({ find: (name) => destinations.find(tenant, name) }),
    }),
  );
}
