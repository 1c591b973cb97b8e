import type { ImageFacts, ImageRefusalReason, ImageSize } from './image-protocol.js';
import type { ImageFormat } from './sniffed-format.js';

/** An image to read: a file relative to the scratch folder, and the field of the request that named it. */
export interface ImageRequest {
  readonly file: string;
  readonly field: string;
  /** As `sniffFormat` told it. */
  readonly format: ImageFormat;
  readonly size: ImageSize;
  /** Of an animation, no picture that begins at this time or later is written. Null: all are. */
  readonly neededUs: number | null;
}

/** What became of an image: PNGs of 8-bit sRGB, upright, of at most the size that was asked for, relative to the scratch folder. */
export type ReadImage =
  | (ImageFacts & { readonly kind: 'image'; readonly file: string })
  | (ImageFacts & {
      readonly kind: 'animation';
      /** Those that were needed, in order. */
      readonly frames: readonly { readonly file: string; readonly durationUs: number }[];
      /** Of all of its pictures, once. */
      readonly durationUs: number;
    })
  | ImageRefusal;

export interface ImageRefusal {
  readonly kind: 'refused';
  readonly reason: ImageRefusalReason;
  /** A sentence for people. */
  readonly message: string;
  readonly field: string;
}
