import type { S3Destination } from '../../composition/destination.js';
import type { Violation } from '../../composition/violation.js';
import type { UploadOutcome } from '../../task/ports/output-uploader.js';
import { type BucketDestination, isWithin } from './bucket-destination.js';
import { bucketProblem } from './bucket-problem.js';
import type { S3Order, S3Put } from './s3-put.js';

export interface S3UploaderOptions {
  /** A destination that the tenant may use, by its name, at each question as the operator has it then; null: there is none. */
  readonly find: (name: string) => BucketDestination | null;
  /** How long a service may take no bytes, or leave a request unanswered. Default: 60 s. */
  readonly idleMs?: number;
  /** Of larger uploads. Default: 16 MiB, the least that services take is 5 MiB. */
  readonly partBytes?: number;
}

const CONNECT_MS = 10_000;
const IDLE_MS = 60_000;
const UNKNOWN = 'is no destination that this server has for you; its operator names them';

/** The part of the port that is about buckets. */
export interface S3Uploader {
  check(destination: S3Destination): Violation | null;
  put(order: S3Order, signal: AbortSignal): Promise<UploadOutcome>;
}

/** Puts files to buckets with credentials of the operator's. */
export function createS3Uploader({ find, idleMs = IDLE_MS, partBytes }: S3UploaderOptions): S3Uploader {
  const timeouts = { connectMs: Math.min(CONNECT_MS, idleMs), idleMs };
  let putTo: S3Put | null = null;

  function check(destination: S3Destination): Violation | null {
    const { name, bucket, field } = destination;
    const known = find(name);
    if (known === null) return { field: `${field}.name`, description: UNKNOWN };
    if (isWithin(known, destination)) return null;
    const others = known.places.filter((place) => place.bucket === bucket);
    const within = others.map(({ prefix }) => `s3://${bucket}/${prefix}`).join(', ');
    const fix = within === '' ? 'is in no bucket of this destination' : `must be within ${within}`;
    return { field: `${field}.uri`, description: fix };
  }

  return {
    check,
    async put(order, signal) {
      const { destination } = order;
      const known = find(destination.name);
      const violation = check(destination);
      // It was there at the submit, unless the operator has changed it since.
      if (known === null || violation !== null)
        return { kind: 'REFUSED', description: 'its operator does not let it be used any more' };
      try {
        // The SDK takes a tenth of the start of a service, and most services have no buckets.
        const { createS3Put } = await import('./s3-put.js');
        putTo ??= createS3Put(timeouts, partBytes);
        return await putTo(known, order, signal);
      } catch (error) {
        signal.throwIfAborted();
        return bucketProblem(error);
      }
    },
  };
}
