import { RenderError } from '../../task/failure.js';
import type { AssetSource } from '../../task/ports/asset-source.js';
import { DEFAULT_LIMITS, type DownloadLimits } from '../http/limits.js';
import { type InputCache, NO_INPUT_CACHE } from '../input-cache/input-cache.js';
import { retrying } from '../retrying.js';
import type { ReadableBuckets } from './bucket-destination.js';
import type { BucketDownload } from './bucket-download.js';
import { type BucketKey, findReadable, IN_NO_BUCKET, parseBucketKey, placesIn } from './bucket-key.js';

export interface BucketInputsOptions {
  /** Those that the tenant may read from, at each question as the operator has it then. */
  readonly buckets: () => readonly ReadableBuckets[];
  /** The most bytes of one input. */
  readonly maxBytes: number;
  /** The limits that differ from the defaults. */
  readonly limits?: Partial<Omit<DownloadLimits, 'maxBytes'>>;
  /** Default: none. */
  readonly cache?: InputCache;
}

/**
 * Inputs that are objects in buckets that the operator has opened: `s3://BUCKET/KEY`. They are downloaded by the operator's credentials, within the limits of other downloads.
 * `fetch` throws the errors of `createHttpInputs`; its messages name the bucket, and neither key nor service.
 */
export function createBucketInputs(options: BucketInputsOptions): AssetSource {
  const { buckets, maxBytes, cache = NO_INPUT_CACHE } = options;
  const limits: DownloadLimits = { ...DEFAULT_LIMITS, ...options.limits, maxBytes };
  let download: BucketDownload | null = null;
  return {
    check(uri) {
      const found = find(buckets(), uri);
      return Promise.resolve('description' in found ? { description: found.description } : null);
    },

    // An api needs no credentials for it.
    sizeOf: () => Promise.resolve(null),

    async fetch(uri, given) {
      given.signal.throwIfAborted();
      const found = find(buckets(), uri);
      // It was right at the submit, unless the operator has changed it since.
      if ('description' in found) throw new RenderError(found.reason, `this input ${found.description}`, given);
      const { at, access } = found;
      const { endpoint, region } = access;
      return cache.fetch(
        {
          source: 's3',
          identity: [endpoint, region, at.bucket, at.key],
          maxBytes,
          fetch: async (order) => {
            // The SDK takes a tenth of the start of a service, and most services have no buckets.
            const { createBucketDownload } = await import('./bucket-download.js');
            const once = (download ??= createBucketDownload(limits));
            return retrying(limits.backoffMs, order.signal, () => once(access, at, order));
          },
        },
        given,
      );
    },
  };
}

type Found =
  | { readonly at: BucketKey; readonly access: ReadableBuckets['access'] }
  | { readonly reason: 'INPUT_NOT_FOUND' | 'INPUT_ADDRESS_REFUSED'; readonly description: string };

function find(all: readonly ReadableBuckets[], uri: string): Found {
  const at = parseBucketKey(uri);
  if (at === null)
    return {
      reason: 'INPUT_NOT_FOUND',
      description:
        'names no object; write s3://BUCKET/KEY, with the key as it is, and without `.` and `..` as names in it',
    };
  const readable = findReadable(all, at);
  if (readable !== null) return { at, access: readable.access };
  const places = placesIn(all, at.bucket);
  const description = places === '' ? IN_NO_BUCKET : `is in a bucket of which this server reads only ${places} for you`;
  return { reason: 'INPUT_ADDRESS_REFUSED', description };
}
