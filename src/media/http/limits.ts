/** The limits of a download. */
export interface DownloadLimits {
  /** Of one input. */
  readonly maxBytes: number;
  /** How long to wait for a connection, name look-up included, and then for the head of the answer. */
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  /** A body that brings fewer bytes than this in any such time is given up. */
  readonly minBytesPerWindow: number;
  readonly windowMs: number;
  /** The pauses before each further try after something that may pass. */
  readonly backoffMs: readonly number[];
}

/** All but the size, which the operator sets. The rate is a hundredth of a bad mobile connection's: 10 KiB/s over 20 s. */
export const DEFAULT_LIMITS: Omit<DownloadLimits, 'maxBytes'> = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 30_000,
  minBytesPerWindow: 200 * 1024,
  windowMs: 20_000,
  backoffMs: [500, 2000],
};

/** How often an answer may point elsewhere. */
export const MAX_REDIRECTS = 5;
