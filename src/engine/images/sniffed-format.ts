/** Image formats that are read here, by the name that the reader of images goes by. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'heif' | 'bmp' | 'pnm' | 'qoi';

/** What the first bytes of a file say that it is. `name` is for a sentence: it has its article, as in "this is " + name. */
export type SniffedFormat =
  | { readonly kind: 'image'; readonly format: ImageFormat; readonly name: string }
  /** A container of video or audio, or an animation in one; a demuxer has to say what is in it. */
  | { readonly kind: 'media'; readonly name: string }
  /** Valid, perhaps, but no reader of ours takes it. */
  | { readonly kind: 'not-supported'; readonly name: string }
  /** Neither image nor video nor audio. */
  | { readonly kind: 'not-media'; readonly name: string }
  | { readonly kind: 'unknown' };

/** So many bytes of a file are looked at. A web page may begin with comments, a TIFF's directory stands anywhere. */
export const SNIFF_BYTES = 4_096;
