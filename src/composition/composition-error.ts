/** Why a composition cannot be; also reasons of a failed render. */
export type CompositionErrorReason =
  | 'CLIP_TOO_SHORT'
  | 'VIDEO_TOO_LONG'
  | 'TASK_TOO_LARGE'
  | 'CLIPS_OVERLAP'
  | 'CLIPS_APART'
  | 'TRANSITION_TOO_LONG'
  | 'INPUT_NO_VIDEO'
  | 'INPUT_NOT_SUPPORTED'
  | 'INPUT_TOO_LARGE';

/** A form asks for a composition that cannot be, now that the lengths of its inputs are known. */
export class CompositionError extends Error {
  override readonly name = 'CompositionError';
  readonly reason: CompositionErrorReason;
  /** Path of the request's field at fault. */
  readonly field: string;

  constructor(reason: CompositionErrorReason, field: string, message: string) {
    super(message);
    this.reason = reason;
    this.field = field;
  }
}
