import type { ImageRefusalReason } from '../image-protocol.js';

/** An image that is not read, for a reason that its sender can do something about. */
export class ImageRefusedError extends Error {
  constructor(
    readonly reason: ImageRefusalReason,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options);
    this.name = 'ImageRefusedError';
  }
}
