import type { Destination } from '../../composition/destination.js';
import type { Violation } from '../../composition/violation.js';
import type { TaskKey } from '../task.js';

/** A file on its way to a place of the caller's. */
export interface UploadOrder {
  readonly destination: Destination;
  /** Of the file within its task. */
  readonly name: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Of the file, in base64. */
  readonly md5: string;
  /** Of the file, in lower-case hexadecimal. */
  readonly sha256: string;
  /** The attempt that made it. */
  readonly attempt: { readonly key: TaskKey; readonly fence: number };
  /** Its bytes from the start. */
  readonly read: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

/** How an upload ended. `description` is a clause for people about the receiver, without any part of a URL and without secrets. */
export type UploadOutcome =
  | {
      readonly kind: 'DONE';
      /** Where it is now, without secrets. */
      readonly url: string;
    }
  /** Trying again may help. */
  | { readonly kind: 'FAILED'; readonly description: string }
  | { readonly kind: 'REFUSED'; readonly description: string };

/** Puts files to places of callers. */
export interface OutputUploader {
  /** Why nothing is put to a place: its field, and the end of a sentence about it without secrets; null: it may be. */
  check(destination: Destination): Violation | null;

  /** Makes one attempt. Rejects only when `signal` aborts. */
  put(order: UploadOrder, signal: AbortSignal): Promise<UploadOutcome>;
}
