/** A place of the caller's that an output is put to as well. */
export type Destination = HttpDestination | S3Destination;

export interface HttpDestination {
  readonly kind: 'http-put';
  /** Takes it by HTTP PUT; it may hold a signature. */
  readonly url: string;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The field of the URL in the request. */
  readonly field: string;
}

export interface S3Destination {
  readonly kind: 's3';
  /** The operator's, who has the credentials. */
  readonly name: string;
  readonly bucket: string;
  /** Before each name, without slashes at its ends; empty: none. */
  readonly prefix: string;
  /** Whether an object of another task is left as it is. */
  readonly keepExisting: boolean;
  /** The field of this destination in the request. */
  readonly field: string;
}
