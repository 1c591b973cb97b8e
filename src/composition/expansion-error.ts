/** A composition that cannot be, now that the lengths of its inputs are known. */
export class ExpansionError extends Error {
  readonly reason: 'CLIP_TOO_SHORT' | 'VIDEO_TOO_LONG';
  /** Path of the request's field at fault. */
  readonly field: string;

  constructor(reason: ExpansionError['reason'], field: string, message: string) {
    super(message);
    this.name = 'ExpansionError';
    this.reason = reason;
    this.field = field;
  }
}
