import type { FontRef } from './asset.js';
import type { Color } from './color.js';

/** A text and its time on screen; `endUs` > `startUs` ≥ 0. */
export interface Cue {
  readonly startUs: number;
  readonly endUs: number;
  /** Lines are separated by `\n`. */
  readonly text: string;
}

/** How captions are drawn. Sizes are in pixels of the output. */
export interface CaptionStyle {
  /** One of the fonts of the server's operator; null: our own. */
  readonly font: FontRef | null;
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
