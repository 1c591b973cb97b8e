/** A place of the caller's that an output is put to as well. */
export interface Destination {
  /** Takes it by HTTP PUT; it may hold a signature. */
  readonly url: string;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The field of the request. */
  readonly field: string;
}
