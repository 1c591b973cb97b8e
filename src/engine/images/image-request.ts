import type { AnimationFacts, ImageFacts, ImageRefusalReason, ImageSize } from './image-protocol.js';
import type { ImageFormat } from './sniffed-format.js';

/** An image to read: a file relative to the scratch folder, and the field of the request that named it. */
export interface ImageRequest {
  readonly file: string;
  readonly field: string;
  /** As `sniffFormat` told it. */
  readonly format: ImageFormat;
  readonly size: ImageSize;
  /** Of an animation, no frame that begins at this time or later is written. Null: all are. */
  readonly neededUs: number | null;
}

/**
 * What became of an image: a file relative to the scratch folder, in 8-bit sRGB, upright, of at most the size that was asked for. An image is a PNG,
 * an animation a QuickTime film of PNGs.
 */
export type ReadImage =
  | ({ readonly kind: 'image'; readonly file: string } & ImageFacts)
  | ({ readonly kind: 'animation'; readonly file: string } & AnimationFacts & ImageFacts)
  | ImageRefusal;

export interface ImageRefusal {
  readonly kind: 'refused';
  readonly reason: ImageRefusalReason;
  /** A sentence for people. */
  readonly message: string;
  readonly field: string;
}
