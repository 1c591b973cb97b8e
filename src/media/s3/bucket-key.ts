import { isWithin, type BucketPlace, type ReadableBuckets } from './bucket-destination.js';

/** An object in a bucket. */
export interface BucketKey {
  readonly bucket: string;
  readonly key: string;
}

export const BUCKET_SCHEME = /^s3:/i;
/** Ends a sentence about an input. */
export const IN_NO_BUCKET = 'is in no bucket that this server reads inputs from for you; its operator opens them';

const URI = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/is;
const MAX_KEY_BYTES = 1024;
const UNUSABLE = /[\u0000-\u001f\u007f\p{Cs}]/u;
/** Services whose buckets are folders would leave the prefix that the operator has opened. */
const STEP = /(?:^|[/\\])\.{1,2}(?:[/\\]|$)/;

/** Reads `s3://BUCKET/KEY`; the key is taken as it is written, without any decoding. Null: it is none. */
export function parseBucketKey(uri: string): BucketKey | null {
  const [, bucket, key = ''] = URI.exec(uri) ?? [];
  if (bucket === undefined || bucket !== bucket.toLowerCase() || key.endsWith('/')) return null;
  if (Buffer.byteLength(key) > MAX_KEY_BYTES || UNUSABLE.test(key) || STEP.test(key)) return null;
  return { bucket, key };
}

/** The buckets that have an object, by the longest of the prefixes that it lies within. Null: it may not be read. */
export function findReadable(all: readonly ReadableBuckets[], { bucket, key }: BucketKey): ReadableBuckets | null {
  let found: { readonly buckets: ReadableBuckets; readonly length: number } | null = null;
  for (const buckets of all) {
    for (const place of buckets.places) {
      const { length } = place.prefix;
      if (isWithin({ places: [place] }, { bucket, prefix: key }) && length > (found?.length ?? -1))
        found = { buckets, length };
    }
  }
  return found?.buckets ?? null;
}

/** The places of a bucket that may be read from, for people. */
export function placesIn(all: readonly ReadableBuckets[], bucket: string): string {
  const places: readonly BucketPlace[] = all.flatMap((buckets) => buckets.places);
  return places
    .filter((place) => place.bucket === bucket)
    .map(({ prefix }) => `s3://${bucket}/${prefix}`)
    .join(', ');
}
