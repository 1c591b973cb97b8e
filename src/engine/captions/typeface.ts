import { readFile } from 'node:fs/promises';
import { create, type Font, type FontCollection } from 'fontkit';
import { isWholeFont } from './is-whole-font.js';

/** A font file as libass would use it. */
export interface Typeface {
  /** An em for an ASS font size of 1: that is the height of a line, ascent and descent as Windows has them. */
  readonly em: number;
  has(codePoint: number): boolean;
  /** How wide a text is for a font size of 1, ligatures and joined letters included. */
  widthOf(text: string): number;
}

/** Opens a font file, the first font of a collection. @throws Error, for people, when it is none that can be used. */
export async function openTypeface(file: string): Promise<Typeface> {
  const bytes = await readFile(file);
  if (!isWholeFont(bytes)) throw new Error('it is cut short, or no font');
  const font = firstOf(create(bytes));
  const em = emOf(font);
  if (!(em > 0 && em < 10)) throw new Error('it does not say how high its lines are');
  return {
    em,
    has: (codePoint) => font.hasGlyphForCodePoint(codePoint),
    // libass does not kern unless a document asks for it.
    widthOf: (text) => (font.layout(text, { kern: false }).advanceWidth / font.unitsPerEm) * em,
  };
}

function firstOf(opened: Font | FontCollection): Font {
  if (!('fonts' in opened)) return opened;
  const [first] = opened.fonts;
  if (!first) throw new Error('it is a collection without fonts');
  return first;
}

function emOf(font: Font): number {
  const { winAscent, winDescent } = font['OS/2'];
  const height = winAscent + winDescent === 0 ? font.ascent - font.descent : winAscent + winDescent;
  return font.unitsPerEm / height;
}
