import { breakableUnits, graphemesOf } from '../../captions/wrap-text.js';

/** A part of a text, by places of UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface WrappedLine extends Span {
  /** Whether a word goes on in the next line. */
  readonly breaksWord: boolean;
}

/** Width of a text on one line. */
export type Measure = (text: string) => number;

/** Above this share of the room the width of a line is measured and not added up: letters of neighbouring words may be kerned. */
const NEARLY_FULL = 0.96;

/**
 * Breaks a paragraph of a text where it is wider than the room: at spaces, between words of scripts without spaces, and within words that are wider than a line. Spaces
 * at either end of a line belong to none.
 */
export function wrapParagraph(text: string, paragraph: Span, room: number, measure: Measure): WrappedLine[] {
  const lines: WrappedLine[] = [];
  let line = { start: paragraph.start, end: paragraph.start };
  let sum = 0;
  const close = (breaksWord: boolean) => {
    lines.push({ ...trimmed(text, line), breaksWord });
    line = { start: line.end, end: line.end };
    sum = 0;
  };
  const fits = (end: number, width: number) => {
    if (width <= room * NEARLY_FULL) return true;
    const { start, end: last } = trimmed(text, { start: line.start, end });
    return measure(text.slice(start, last)) <= room;
  };
  const add = (unit: string, inWord: boolean) => {
    const end = line.end + unit.length;
    const ink = unit.trimEnd();
    if (ink !== '' && line.end > line.start && !fits(end, sum + measure(ink))) close(inWord);
    line = { start: line.start, end: line.end + unit.length };
    sum += measure(unit);
  };
  for (const unit of breakableUnits(text.slice(paragraph.start, paragraph.end), Number.POSITIVE_INFINITY)) {
    if (measure(unit.trimEnd()) <= room) add(unit, false);
    else
      graphemesOf(unit).forEach((grapheme, i) => {
        add(grapheme, i > 0);
      });
  }
  close(false);
  return lines;
}

function trimmed(text: string, { start, end }: Span): Span {
  const part = text.slice(start, end);
  const lead = part.length - part.trimStart().length;
  return lead === part.length ? { start, end: start } : { start: start + lead, end: start + part.trimEnd().length };
}
