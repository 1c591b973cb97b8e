import { oneOf, parsed } from './readers.js';
import { SERVE, type Variable } from './variable.js';

/** Where finished videos, uploads and artifacts are. */
export type StorageSettings =
  /** The data folder. */
  | { readonly kind: 'LOCAL' }
  /** The database of the tasks. The URI may hold a password: it is not shown. */
  | { readonly kind: 'GRIDFS'; readonly uri: string }
  | ({ readonly kind: 'S3' } & BucketSettings);

export interface BucketSettings {
  readonly bucket: string;
  /** Before each key, without slashes at its ends; empty: none. */
  readonly prefix: string;
  /** Null: that of AWS. */
  readonly endpoint: string | null;
  readonly pathStyle: boolean;
  /** Null: as the bucket does it. */
  readonly encryption: 'AES256' | 'aws:kms' | null;
}

/** A place as it is written. */
type Place = 'local' | 'gridfs' | { readonly bucket: string; readonly prefix: string };

const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/*(.*?)\/*$/;

function parsePlace(given: string): Place | undefined {
  if (given === 'local' || given === 'gridfs') return given;
  const [, bucket, prefix = ''] = BUCKET.exec(given) ?? [];
  return bucket === undefined ? undefined : { bucket, prefix };
}

/** The rows of the variables that say where files are stored. */
export const STORAGE_VARIABLES = {
  CUTROOM_STORAGE: {
    reader: parsed<Place | null>(null, {
      shown: 'local, with MongoDB gridfs',
      values: 'local, gridfs, or s3://BUCKET/PREFIX',
      parse: parsePlace,
    }),
    help: 'where finished videos, uploads and reused parts are: the data folder, the database, or a bucket, whose credentials come from the usual chain (`AWS_ACCESS_KEY_ID`, files, the machine)',
    usedBy: SERVE,
  },
  CUTROOM_S3_ENDPOINT: {
    reader: parsed<string | null>(null, {
      shown: 'that of AWS',
      values: 'an http or https URL without query',
      parse: (given) => (/^https?:\/\/[^\s?#]+$/.test(given) ? given : undefined),
    }),
    help: 'the S3 service, where it is not that of AWS; the region is `AWS_REGION`',
    usedBy: SERVE,
  },
  CUTROOM_S3_ADDRESSING: {
    reader: oneOf(['host', 'path'], 'host'),
    help: 'whether the bucket is part of the host or of the path of URLs, as most services beside AWS have it',
    usedBy: SERVE,
  },
  CUTROOM_S3_ENCRYPTION: {
    reader: oneOf(['bucket', 'AES256', 'aws:kms'], 'bucket'),
    help: 'the encryption on the S3 service that is asked for with each object; `bucket`: as the bucket does it',
    usedBy: SERVE,
  },
  CUTROOM_OUTPUT_URLS: {
    reader: oneOf(['signed', 'presigned'], 'signed'),
    help: 'who sends the bytes of videos: this server (`signed`), or the bucket, to which callers are redirected (`presigned`)',
    usedBy: SERVE,
  },
} satisfies Record<string, Variable<unknown>>;

interface Values {
  readonly CUTROOM_STORAGE: Place | null;
  readonly CUTROOM_S3_ENDPOINT: string | null;
  readonly CUTROOM_S3_ADDRESSING: 'host' | 'path';
  readonly CUTROOM_S3_ENCRYPTION: 'bucket' | 'AES256' | 'aws:kms';
  readonly CUTROOM_OUTPUT_URLS: 'signed' | 'presigned';
  readonly MONGODB_URI: string | null;
}

export function storageOf(values: Values): StorageSettings {
  const { MONGODB_URI: uri, CUTROOM_S3_ENCRYPTION: encryption } = values;
  const place = values.CUTROOM_STORAGE ?? (uri === null ? 'local' : 'gridfs');
  if (place === 'local') return { kind: 'LOCAL' };
  // Without one the configuration is refused.
  if (place === 'gridfs') return { kind: 'GRIDFS', uri: uri ?? '' };
  return {
    kind: 'S3',
    ...place,
    endpoint: values.CUTROOM_S3_ENDPOINT,
    pathStyle: values.CUTROOM_S3_ADDRESSING === 'path',
    encryption: encryption === 'bucket' ? null : encryption,
  };
}

/** The problems of values that are right one by one and wrong together. */
export function storageConflicts(values: Values): string[] {
  const { kind } = storageOf(values);
  const problems: string[] = [];
  if (kind === 'GRIDFS' && values.MONGODB_URI === null)
    problems.push('CUTROOM_STORAGE=gridfs needs MONGODB_URI: GridFS is in the database of the tasks');
  if (kind !== 'S3' && values.CUTROOM_OUTPUT_URLS === 'presigned')
    problems.push('CUTROOM_OUTPUT_URLS=presigned needs a bucket: set CUTROOM_STORAGE to s3://BUCKET/PREFIX');
  return problems;
}
