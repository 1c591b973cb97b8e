/** A montage as it was asked for: checked, defaults filled, unions closed. Times in microseconds, sizes in output pixels. */
export interface Montage {
  readonly kind: 'montage';
  readonly width: number;
  readonly height: number;
  readonly background: Color;
  readonly materials: readonly AssetRef[];
  readonly longestClipUs: number;
  readonly fit: Fit;
  readonly transition: Transition;
  readonly narration: { readonly asset: AssetRef; readonly gainDb: number } | null;
  readonly music: { readonly asset: AssetRef; readonly gainDb: number; readonly fadeOutUs: number } | null;
  readonly subtitles: Subtitles | null;
  /** How fast videos play; 1 is their own speed. */
  readonly speed: number;
  /** The beginning of each material in order; or pieces of all of them in a random order. */
  readonly concat: 'SEQUENTIAL' | 'RANDOM';
  /** Decides what is left to chance. */
  readonly seed: number;
  readonly imageMotion: 'NONE' | 'ZOOM_IN';
  /** How many videos, which differ in what is left to chance. */
  readonly variants: number;
}

/** An input, and the field of the request that named it. */
export interface AssetRef {
  readonly uri: string;
  readonly field: string;
}

/** The words mean what CSS `object-fit` means. */
export type Fit = 'COVER' | 'CONTAIN';

export type Transition =
  | { readonly kind: 'CUT' }
  | { readonly kind: 'CROSS_FADE'; readonly durationUs: number; readonly field: string }
  /** Something that happens to each clip by itself, over black. Zooms take all of its time, whatever the duration. */
  | { readonly kind: 'CLIP_EFFECT'; readonly effect: ClipEffectKind; readonly durationUs: number };

/** SHUFFLE is any other one, by chance for each clip. */
export type ClipEffectKind = 'FADE_IN' | 'FADE_OUT' | 'SLIDE_IN' | 'SLIDE_OUT' | 'ZOOM_IN' | 'ZOOM_OUT' | 'SHUFFLE';

export interface Subtitles {
  readonly source:
    { readonly kind: 'file'; readonly asset: AssetRef } | { readonly kind: 'cues'; readonly cues: readonly Cue[] };
  readonly style: SubtitleStyle;
}

/** A text and when it is seen; `endUs` > `startUs` ≥ 0. */
export interface Cue {
  readonly startUs: number;
  readonly endUs: number;
  /** Lines are separated by `\n`. */
  readonly text: string;
}

/** Sizes in pixels of the output. */
export interface SubtitleStyle {
  /** File name of one of the fonts that the server's operator offers; null: our own. */
  readonly font: string | null;
  readonly fontSize: number;
  readonly textColor: Color;
  readonly outlineColor: Color;
  readonly outlineWidth: number;
  readonly boxColor: Color | null;
  /** A rectangle around the text, a rectangle as wide as most of the frame, or a rounded one around the text. Without effect without a colour. */
  readonly boxShape: 'TEXT' | 'WIDE' | 'ROUNDED';
  readonly bold: boolean;
  /** A number: the share of the height left free by the text that is above it, 0 to 1. */
  readonly position: 'BOTTOM' | 'CENTER' | 'TOP' | number;
}

/** Channels 0 to 255; alpha 255 is opaque. */
export interface Color {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}
