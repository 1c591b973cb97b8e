/** One request to the source of an input. */
export interface FetchOrder {
  /** A new file for the bytes. It is not there after an error. */
  readonly file: string;
  /** The validator of bytes that are here already; null: there are none. */
  readonly known: string | null;
  readonly maxBytes: number;
  /** For errors. */
  readonly field: string;
  readonly signal: AbortSignal;
}

/** The answer of a source. */
export type Fetched =
  /** The known bytes are what it would send; there is no file. */
  | { readonly kind: 'UNCHANGED'; readonly isStorable: boolean }
  /**
   * `validator`: by which the source recognises these very bytes later; null: it gives none.
   * `isStorable`: whether they may be kept, and given to others that wait for them, as the source says.
   */
  | { readonly kind: 'SAVED'; readonly validator: string | null; readonly isStorable: boolean };
