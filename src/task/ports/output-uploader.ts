/** A file on its way to a place of the caller's. */
export interface UploadOrder {
  readonly url: string;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly sizeBytes: number;
  /** Of the file, in base64. */
  readonly md5: string;
  /** Its bytes from the start. */
  readonly read: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

/** How an upload ended. `description` is a clause for people about the receiver, without any part of the URL. */
export type UploadOutcome =
  | { readonly kind: 'DONE' }
  /** Trying again may help. */
  | { readonly kind: 'FAILED'; readonly description: string }
  | { readonly kind: 'REFUSED'; readonly description: string };

/** Puts files to URLs of callers. */
export interface OutputUploader {
  /** Why nothing is put to a URL, to end a sentence about it and without its path; null: it may be. */
  check(url: string): string | null;

  /** Makes one attempt. Rejects only when `signal` aborts. */
  put(order: UploadOrder, signal: AbortSignal): Promise<UploadOutcome>;
}
