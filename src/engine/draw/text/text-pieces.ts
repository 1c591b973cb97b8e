import type { PartSpan } from '../../../composition/text-parts.js';
import { visualRuns, type Direction } from './bidi.js';
import type { TextLayout, TextLine } from './lay-out-text.js';

/** Letters to draw in one go. */
export interface TextPiece {
  readonly text: string;
  readonly direction: Direction;
  /** Left end and baseline. */
  readonly x: number;
  readonly y: number;
  /** Only what lies between these is to be seen; null: all of it. */
  readonly clip: { readonly left: number; readonly right: number } | null;
}

/** Scripts whose letters change their shape, or join, beside each other: one of them alone would be another. */
const JOINED =
  /[\p{scx=Arabic}\p{scx=Syriac}\p{scx=Mongolian}\p{scx=Nko}\p{scx=Devanagari}\p{scx=Bengali}\p{scx=Khmer}\p{scx=Gurmukhi}\p{scx=Gujarati}\p{scx=Tamil}\p{scx=Telugu}\p{scx=Kannada}\p{scx=Malayalam}\p{scx=Sinhala}\p{scx=Myanmar}\p{scx=Tibetan}]/u;

/** All lines. */
export function wholeText({ lines }: TextLayout): TextPiece[] {
  return lines.filter(({ text }) => text !== '').map((line) => ({ ...line, clip: null }));
}

/**
 * Only a part of the text, where it stands in the whole. Letters that join others are drawn with their line and cut out of it; others alone, so that what leans out of
 * them is whole.
 * @param widthOf the width of letters as they are drawn, with the letter spacing after them.
 */
export function partOfText({ lines }: TextLayout, part: PartSpan, widthOf: (text: string) => number): TextPiece[] {
  return lines.flatMap((line) => {
    const length = line.end - line.start;
    const from = Math.max(0, part.start - line.start);
    const to = Math.min(length, part.end - line.start);
    // The ellipsis belongs to the last letters before it.
    if (from < to) return piecesOf(line, from, to === length ? line.text.length : to, widthOf);
    return length === 0 && line.text !== '' && part.start <= line.start && line.start < part.end
      ? piecesOf(line, 0, line.text.length, widthOf)
      : [];
  });
}

const CURSIVE = /[\p{Script=Arabic}\p{Script=Syriac}]/u;
/** Joins the letters at both of its sides, and is as wide beside each. */
const TATWEEL = '\u0640';

function piecesOf(line: TextLine, from: number, to: number, widthOf: (text: string) => number): TextPiece[] {
  let x = line.x;
  return visualRuns(line.text, line.direction).flatMap(({ start, end, direction }): TextPiece[] => {
    const left = x;
    const runWidth = widthOf(line.text.slice(start, end));
    x += runWidth;
    const [a, b] = [Math.max(from, start), Math.min(to, end)];
    if (a >= b) return [];
    const text = line.text.slice(a, b);
    // A letter must have the shape that it has with the next one.
    const widthUntil = (at: number) =>
      at < end && CURSIVE.test(line.text.charAt(at))
        ? widthOf(line.text.slice(start, at) + TATWEEL) - widthOf(TATWEEL)
        : widthOf(line.text.slice(start, at));
    const [before, until] = [a === start ? 0 : widthUntil(a), widthUntil(b)];
    const [partLeft, partRight] =
      direction === 'ltr' ? [left + before, left + until] : [left + runWidth - until, left + runWidth - before];
    if (!JOINED.test(text)) {
      // Kerning to the letter before is counted, that to the letter after is not.
      const at = direction === 'ltr' ? partRight - widthOf(text) : partLeft;
      return [{ text, direction, x: at, y: line.y, clip: null }];
    }
    const [isFirst, isLast] = direction === 'ltr' ? [a === start, b === end] : [b === end, a === start];
    const clip = {
      left: isFirst ? Number.NEGATIVE_INFINITY : partLeft,
      right: isLast ? Number.POSITIVE_INFINITY : partRight,
    };
    // A run is cut out of itself and not of the line, of which other runs would be seen beyond its ends.
    return [{ text: line.text.slice(start, end), direction, x: left, y: line.y, clip }];
  });
}
