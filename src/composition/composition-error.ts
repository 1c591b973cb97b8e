/** A form asks for a composition that cannot be, now that the lengths of its inputs are known. */
export class CompositionError extends Error {
  override readonly name = 'CompositionError';
  readonly reason: 'CLIP_TOO_SHORT' | 'VIDEO_TOO_LONG' | 'TASK_TOO_LARGE';
  /** Path of the request's field at fault. */
  readonly field: string;

  constructor(reason: CompositionError['reason'], field: string, message: string) {
    super(message);
    this.reason = reason;
    this.field = field;
  }
}
