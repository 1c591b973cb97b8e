import type { CompositionErrorReason } from '../composition-error.js';

/** Something about a timeline that cannot be. Found at submit it is a violation, found once the inputs are known it ends the task. */
export interface Problem {
  readonly reason: CompositionErrorReason;
  /** Path of the request's field at fault. */
  readonly field: string;
  /** Continues a sentence that begins with the field. */
  readonly message: string;
}
