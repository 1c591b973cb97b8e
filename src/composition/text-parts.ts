import type { TextPart } from './drawing.js';

/** A part of a text, by places of UTF-16 units. */
export interface PartSpan {
  readonly start: number;
  readonly end: number;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The parts that a text appears in, in its order: words between spaces, characters as readers count them, lines as the text breaks them. None is blank. */
export function textParts(text: string, by: TextPart['by']): PartSpan[] {
  switch (by) {
    case 'WORD':
      return spansOf(text, /\S+/gu);
    case 'LINE':
      return spansOf(text, /[^\n]*\S[^\n]*/gu);
    case 'CHARACTER':
      return Array.from(graphemes.segment(text), ({ segment, index }) => ({
        segment,
        start: index,
        end: index + segment.length,
      })).flatMap(({ segment, start, end }) => (segment.trim() === '' ? [] : [{ start, end }]));
  }
}

function spansOf(text: string, pattern: RegExp): PartSpan[] {
  return Array.from(text.matchAll(pattern), ({ 0: found, index }) => ({ start: index, end: index + found.length }));
}
