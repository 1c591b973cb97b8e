import type { ImageFormat } from './sniffed-format.js';

/** How large an image is needed: it is scaled down until it just fits into the box, or until it just covers it; never up. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
  readonly fit: 'inside' | 'outside';
}

/** One image for the reader. Files are named relative to the folder in which it runs. */
export interface ImageJob {
  readonly file: string;
  /** By signature. */
  readonly format: ImageFormat;
  readonly size: ImageSize;
  /** Of an animation, no frame that begins at this time or later is written. Null: all are. */
  readonly neededUs: number | null;
  /** An image is written to `<out>.png`, an animation to `<out>.mov`. */
  readonly out: string;
}

/** What came of one job. */
export type ImageAnswer =
  | ({ readonly kind: 'image' } & ImageFacts)
  | ({ readonly kind: 'animation' } & AnimationFacts & ImageFacts)
  | { readonly kind: 'refused'; readonly reason: ImageRefusalReason; readonly message: string };

/** Why an image was not read; the same words as in the failures of a task. */
export type ImageRefusalReason = 'INPUT_TRUNCATED' | 'INPUT_DAMAGED' | 'INPUT_NOT_SUPPORTED' | 'INPUT_TOO_LARGE';

export interface ImageFacts {
  /** Of what was written. */
  readonly width: number;
  readonly height: number;
  /** Of the file's image, upright. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** Whether a pixel that was written is not opaque. The PNG of a still has an alpha channel then and only then; those of an animation always have one. */
  readonly hasAlpha: boolean;
  /** Whether the file has an alpha channel, or a colour that is transparent. */
  readonly sourceHasAlpha: boolean;
  /** What the file said of how it is to be turned and mirrored, numbered as in EXIF, 1 to 8; what was written is upright. */
  readonly orientation: number;
  /** What was written is in sRGB, but for HDR, which is mapped when it is shown: PQ or HLG, and the primaries of its numbers. */
  readonly transfer: 'sdr' | 'pq' | 'hlg';
  readonly primaries: 'bt709' | 'bt2020' | 'p3';
}

export interface AnimationFacts {
  /** Of all of its frames, once. */
  readonly durationUs: number;
  /** Of those that were needed, each of which was written: how many there are, and how long they last together. */
  readonly writtenFrames: number;
  readonly writtenUs: number;
}

/** A line of the reader's standard output. */
export interface AnswerLine {
  readonly job: number;
  readonly answer: ImageAnswer;
}
