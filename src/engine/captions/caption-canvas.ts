import type { Rational } from '../../composition/frame-grid.js';
import type { CaptionStyle } from '../../composition/captions.js';
import type { NamedFont } from './font-folder.js';
import type { TextRuler } from './text-ruler.js';

/** The frame that captions are drawn on. */
export interface CaptionCanvas {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  readonly fonts: CaptionFonts;
}

/** The fonts of one caption layer. */
export interface CaptionFonts {
  /** The font that the style names; null: our own. */
  readonly font: NamedFont | null;
  /** Measures text where a box is drawn to its measure; null where none is. */
  readonly ruler: TextRuler | null;
}

/** The captions of a layer as lines of an ASS document. */
export interface Dialogues {
  readonly lines: readonly string[];
  /** How many cues are drawn smaller than their style says, since they would not fit into the frame. */
  readonly shrunk: number;
}

/** Free space at either side, and above or below, as a share of the frame. */
export const MARGIN = 0.05;

/** Width of a CJK character for a font size of 1: ASS sizes are heights of a line, and our fonts' lines are 1.36 to 1.45 em high. */
export const EM = 0.73;

const KANA = /[\u3041-\u30FF\u31F0-\u31FF\uFF66-\uFF9F]/;

/** Chinese and Japanese share code points but not all shapes; kana tell them apart. */
export function styleNameOf(text: string, font: NamedFont | null): 'Default' | 'Japanese' {
  return KANA.test(text) && font?.hasKana !== true ? 'Japanese' : 'Default';
}

/** How much of the height that a text leaves free is above it; for the edges, of what they and their margin leave. */
export function isUpper(position: CaptionStyle['position']): boolean {
  return typeof position === 'number' ? position < 0.5 : position === 'TOP';
}

/** How far captions stay from each side of the frame, in pixels. */
export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** The margins of a style's lines of text, or of their box. */
export function marginsOf(
  { safeArea, position, boxColor, outlineWidth }: CaptionStyle,
  { width, height }: Pick<CaptionCanvas, 'width' | 'height'>,
): Margins {
  if (safeArea) {
    // Nothing of a caption leaves a safe area that was asked for.
    const around = boxColor === null ? outlineWidth : 0;
    return {
      top: safeArea.top * height + around,
      right: safeArea.right * width + around,
      bottom: safeArea.bottom * height + around,
      left: safeArea.left * width + around,
    };
  }
  const above = typeof position === 'number' ? 0 : height * MARGIN;
  return { top: above, right: width * MARGIN, bottom: above, left: width * MARGIN };
}

/** How tall a caption may be. */
export function roomFor(style: CaptionStyle, canvas: Pick<CaptionCanvas, 'width' | 'height'>): number {
  const { top, bottom } = marginsOf(style, canvas);
  return canvas.height - top - bottom;
}
