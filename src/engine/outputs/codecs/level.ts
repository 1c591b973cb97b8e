/** The setting of an encoder for one quality. */
export interface Level {
  /** How much time it takes. */
  readonly effort: readonly string[];
  /** Constant looks, which decide the rate. */
  readonly looks: readonly string[];
}
