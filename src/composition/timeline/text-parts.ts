import type { TextPart } from '../drawing.js';

const WORD = /\S+/gu;

/**
 * The parts of a text that appear one after another, in order, without the space between them. `TextPart.index` counts them. Characters are those that
 * readers count (Unicode Standard Annex 29); words are parted by white space; lines are those of the text itself, empty ones left out.
 */
export function textParts(text: string, by: TextPart['by']): string[] {
  switch (by) {
    case 'WORD':
      return text.match(WORD) ?? [];
    case 'CHARACTER': {
      const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
      return Array.from(segmenter.segment(text), ({ segment }) => segment).filter((segment) => segment.trim() !== '');
    }
    case 'LINE':
      return text.split('\n').filter((line) => line.trim() !== '');
  }
}
