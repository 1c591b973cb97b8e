/** The visual part of an input. Cover art of an audio file is none. */
export type VisualFacts =
  | { readonly kind: 'image' }
  | {
      readonly kind: 'video';
      /** Length of the video stream; the length of the file where the stream does not say. */
      readonly durationUs: number;
      /** What its file has of sound before the first picture. Absent: nothing. */
      readonly soundBeforeUs?: number;
    };

export interface AudioFacts {
  /** As measured by decoding where it matters (narration), else as the container claims, and 0 where it does not. */
  readonly durationUs: number;
}
