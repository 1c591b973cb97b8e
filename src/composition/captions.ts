import type { FontRef } from './asset.js';
import type { Color } from './color.js';

/** A text and its time on screen; `endUs` > `startUs` ≥ 0. */
export interface Cue {
  readonly startUs: number;
  readonly endUs: number;
  /** Lines are separated by `\n`. */
  readonly text: string;
  /** When its words are spoken, in the order of the text, one at a time; together they are all of its ink. Absent: not known. */
  readonly words?: readonly TimedWord[];
}

/** A part of a cue's text, and when it is spoken, from the start of the cue; not at all where `endUs` is not after `startUs`. */
export interface TimedWord {
  /** How much of the cue's ink it is; see `inkOf`. At least 1. */
  readonly ink: number;
  readonly startUs: number;
  readonly endUs: number;
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
  /** Margins that captions stay out of, in shares of the frame's sides. Absent: those of `caption-canvas.ts`. */
  readonly safeArea?: SafeArea;
  /** How the word that is spoken looks. Absent: like the others. */
  readonly highlight?: WordHighlight;
}

export interface SafeArea {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export interface WordHighlight {
  readonly textColor: Color;
  /** Of a box behind the word; null: none. */
  readonly boxColor: Color | null;
  /** Its size in that of the others; the other words stay where they are. */
  readonly scale: number;
}
