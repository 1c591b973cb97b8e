import type { AssetRef } from '../asset.js';
import type { CaptionStyle, Cue } from '../captions.js';
import type { Color } from '../color.js';
import type { Fit, TransitionKind } from '../composition.js';
import type { Rational } from '../frame-grid.js';

/** A montage as it was asked for: checked, defaults filled, unions closed. Times in microseconds, sizes in output pixels. */
export interface Montage {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  readonly background: Color;
  readonly materials: readonly Material[];
  readonly longestClipUs: number;
  readonly fit: Fit;
  readonly transition: MontageTransition;
  readonly narration: { readonly asset: AssetRef; readonly gainDb: number } | null;
  readonly music: { readonly asset: AssetRef; readonly gainDb: number; readonly fadeOutUs: number } | null;
  readonly subtitles: Subtitles | null;
  /** The videos' own sound; null: it is not heard. */
  readonly materialSound: { readonly gainDb: number } | null;
  readonly watermark: Watermark | null;
  /** Before and after all else. */
  readonly intro: Material | null;
  readonly outro: Material | null;
  /** How fast videos play; 1 is their own speed. */
  readonly speed: number;
  /** The beginning of each material in order; or pieces of all of them in a random order. */
  readonly concat: 'SEQUENTIAL' | 'RANDOM';
  /** Decides every choice by chance. */
  readonly seed: number;
  readonly imageMotion: 'NONE' | 'ZOOM_IN';
  /** How many videos, which differ in the choices by chance. */
  readonly variants: number;
}

/** A video or image. */
export interface Material extends AssetRef {
  /** The point of the picture that COVER and NONE keep in view, in shares of its sides. Absent: the middle. */
  readonly focus?: { readonly x: number; readonly y: number };
}

/** A picture over all of the video, in a corner. */
export interface Watermark {
  readonly asset: AssetRef;
  /** Which corner, 0 being the left and the upper edge. */
  readonly corner: { readonly x: 0 | 1; readonly y: 0 | 1 };
  /** The longest that a side may be, and the distance from the edges, in pixels. */
  readonly size: number;
  readonly margin: number;
  readonly opacity: number;
}

/** How one clip becomes the next. */
export type MontageTransition =
  | { readonly kind: 'CUT' }
  /** By a transition that takes its time from both. */
  | { readonly kind: 'CROSS'; readonly name: TransitionKind; readonly durationUs: number; readonly field: string }
  /** An effect on each clip by itself, over black. Zooms take all of its time, whatever the duration. */
  | { readonly kind: 'CLIP_EFFECT'; readonly effect: ClipEffectKind; readonly durationUs: number };

/** SHUFFLE is any other one, by chance for each clip. */
export type ClipEffectKind = 'FADE_IN' | 'FADE_OUT' | 'SLIDE_IN' | 'SLIDE_OUT' | 'ZOOM_IN' | 'ZOOM_OUT' | 'SHUFFLE';

/** The captions that are asked for. */
export interface Subtitles {
  /** Where the request asks for them. */
  readonly field: string;
  readonly source:
    | { readonly kind: 'file'; readonly asset: AssetRef }
    | { readonly kind: 'cues'; readonly cues: readonly Cue[] };
  readonly style: CaptionStyle;
  /** The most words at one time. Absent: cues stay as they are. */
  readonly maxWords?: number;
  readonly maxChars?: number;
  /** A tag of BCP 47; absent: not known. */
  readonly language?: string;
}
