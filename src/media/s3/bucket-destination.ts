/** A bucket, and the prefix that its objects begin with, without slashes at its ends; empty: any. */
export interface BucketPlace {
  readonly bucket: string;
  readonly prefix: string;
}

/** How buckets are reached. */
export interface BucketAccess {
  /** Of another service than AWS; null: that of AWS. */
  readonly endpoint: string | null;
  /** Null: as the usual chain of the SDK says. */
  readonly region: string | null;
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. */
  readonly pathStyle: boolean;
  readonly credentials: BucketCredentials;
}

/** Buckets that the operator has opened, and how they are reached. */
export interface BucketDestination extends BucketAccess {
  /** Where objects may be put. */
  readonly places: readonly BucketPlace[];
  /** Null: as the bucket does it. */
  readonly encryption: 'AES256' | 'aws:kms' | null;
  /** The key of `aws:kms`; null: that of the bucket. */
  readonly kmsKey: string | null;
}

/** Buckets that the operator lets inputs be read from, and how they are reached. */
export interface ReadableBuckets {
  readonly places: readonly BucketPlace[];
  /** The same object at each question, until the operator changes it. */
  readonly access: BucketAccess;
}

/** Where the credentials are looked for. They themselves are read when they are needed, and are kept nowhere. */
export type BucketCredentials =
  /** Environment, files, the machine's role. */
  | { readonly from: 'chain' }
  /** A profile of the AWS files. */
  | { readonly from: 'profile'; readonly profile: string }
  /** Variables of the environment, by their names. */
  | {
      readonly from: 'env';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string | null;
    };

/** Whether objects with this prefix may be put to a destination. */
export function isWithin({ places }: Pick<BucketDestination, 'places'>, { bucket, prefix }: BucketPlace): boolean {
  return places.some(
    (place) =>
      place.bucket === bucket &&
      (place.prefix === '' || prefix === place.prefix || prefix.startsWith(`${place.prefix}/`)),
  );
}
