/** Something worth knowing that does not stop a render. */
export interface Warning {
  /** Stable UPPER_SNAKE name. */
  readonly code: string;
  readonly message: string;
  /** Path of the request's field it is about; empty when none is. */
  readonly field: string;
  /** How often it occurred, at least 1. */
  readonly count: number;
}
