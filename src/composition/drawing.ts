import type { FontRef } from './asset.js';
import type { Color } from './color.js';

/**
 * A picture that is drawn by the engine and not read from a file: text, a surface, a mask, a frame around a box. Clips and masks name it by its URI, which
 * no input has. Equal drawings have equal URIs.
 */
export interface Drawing {
  /** `drawing:` and a hash of all else. */
  readonly uri: string;
  /** Pixels, at least 1. */
  readonly width: number;
  readonly height: number;
  readonly content: DrawingContent;
  /** The field of the request that it is drawn for. */
  readonly field: string;
}

/** Lengths are pixels of the output. */
export type DrawingContent =
  | { readonly kind: 'COLOR'; readonly color: Color }
  | { readonly kind: 'LINEAR_GRADIENT'; readonly degrees: number; readonly stops: readonly GradientStop[] }
  | { readonly kind: 'RADIAL_GRADIENT'; readonly stops: readonly GradientStop[] }
  /** White on black, as a mask: a box in the middle of the picture, which may be larger than that. */
  | { readonly kind: 'ROUNDED_MASK'; readonly box: BoxShape }
  /** A line around the middle of the picture: between the rectangle `line` within its edges and the edges. `radius` is of the inner edge. */
  | { readonly kind: 'BORDER'; readonly line: number; readonly radius: number; readonly color: Color }
  /** The shadow of a box of this size in the middle of the picture, moved by `x` and `y`; nothing where the box is, but for `overlap` pixels within its edges. */
  | { readonly kind: 'BOX_SHADOW'; readonly box: BoxShape; readonly overlap: number; readonly shadow: DropShadow }
  | { readonly kind: 'TEXT'; readonly text: StyledText; readonly part: TextPart | null };

export interface GradientStop {
  /** 0 to 1, in order. */
  readonly at: number;
  readonly color: Color;
}

export interface BoxShape {
  readonly width: number;
  readonly height: number;
  readonly radius: number;
}

export interface DropShadow {
  readonly x: number;
  readonly y: number;
  /** Standard deviation. */
  readonly blur: number;
  readonly color: Color;
}

/** Text that fills a picture: it is wrapped and shrunk to it. */
export interface StyledText {
  /** Lines are separated by `\n`. */
  readonly text: string;
  /** One of the fonts of the server's operator; null: our own. */
  readonly font: FontRef | null;
  /** Height of the em. */
  readonly fontSize: number;
  readonly color: Color;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly align: 'LEFT' | 'CENTER' | 'RIGHT';
  readonly verticalAlign: 'TOP' | 'MIDDLE' | 'BOTTOM';
  /** A share of the font size. */
  readonly lineHeight: number;
  readonly letterSpacing: number;
  readonly outline: { readonly width: number; readonly color: Color } | null;
  readonly shadow: DropShadow | null;
  readonly background: { readonly color: Color; readonly padding: number; readonly radius: number } | null;
  /** Null: as many as fit. */
  readonly maxLines: number | null;
  readonly overflow: 'SHRINK' | 'ELLIPSIS';
}

/** One part of a text, at its place among the others; the others are not drawn, and the background belongs to the first. */
export interface TextPart {
  readonly by: 'WORD' | 'CHARACTER' | 'LINE';
  /** From 0; `textParts` says how many there are. */
  readonly index: number;
}
