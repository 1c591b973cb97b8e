import type { CaptionStyle, Cue, WordHighlight } from '../../composition/captions.js';
import type { Rational } from '../../composition/frame-grid.js';
import { withWords } from '../../composition/subtitles/word-times.js';
import { alphaOverride, colorOverride } from './ass-color.js';
import { type Dialogue, dialogueLine, eventTimeMs, sizeOverride } from './ass-dialogue.js';
import { toAssText } from './ass-text.js';
import { boxDrawing } from './box-drawing.js';
import { type MeasuredLine, measureLine } from './line-measure.js';
import { type SpokenSpan, spokenSpans } from './word-spans.js';

/** Of the font size: what the box of a word reaches beyond it at the sides, and the radius of its corners. */
const PADDING = 0.15;
const RADIUS = 0.2;

/** A word that grows is drawn within its whole line where that has so many UTF-16 units, as nearly all have. Of a longer line it takes so many at each side. */
const MAX_WHOLE_LINE = 120;
const NEIGHBOURS = 30;

/** A cue that was broken into lines, and where it stands. */
export interface PlacedText {
  readonly lines: readonly string[];
  /** The middle of the whole. */
  readonly middle: { readonly x: number; readonly y: number };
  readonly fontSize: number;
  readonly style: CaptionStyle;
  readonly highlight: WordHighlight;
  readonly styleName: string;
  readonly widthOf: (text: string) => number;
}

interface Seen {
  readonly frames: { readonly start: number; readonly end: number };
  readonly rate: Rational;
}

/**
 * The text of a cue: each line is one event, in which each word has its colour while it is spoken. A word that grows is transparent in it meanwhile, and is a second event:
 * all but the word is transparent there, so that letters are joined as ever and no word moves. The size of all events grows with the number of words, not with its square.
 */
export function highlightedDialogues(cue: Cue, text: PlacedText, seen: Seen): string[] {
  const spans = spokenSpans(text.lines, withWords(cue), seen);
  return text.lines.flatMap((line, i) => {
    if (line === '') return [];
    const y = text.middle.y + (i - (text.lines.length - 1) / 2) * text.fontSize;
    const own = spans[i] ?? [];
    return [wholeLine({ text: line, y, of: text }, own, seen), ...spokenWords({ text: line, y, of: text }, own)].map(
      ({ when, ...dialogue }) => dialogueLine(when, seen.rate, dialogue),
    );
  });
}

interface Line {
  readonly text: string;
  /** Of its middle. */
  readonly y: number;
  readonly of: PlacedText;
}

interface Event extends Dialogue {
  readonly when: Seen['frames'];
}

function wholeLine({ text: line, y, of }: Line, spans: readonly SpokenSpan[], { frames, rate }: Seen): Event {
  const { style, highlight, fontSize, styleName, middle } = of;
  const [spoken, usual] =
    highlight.scale === 1
      ? [colorOverride(highlight.textColor), colorOverride(style.textColor)]
      : [HIDDEN, alphaOverride(style)];
  const from = (frame: number, tags: string) => changeAt(eventTimeMs(frames.start, frame, rate), tags);
  let at = 0;
  const words = spans.map((span) => {
    const before = toAssText([line.slice(at, span.from)]);
    at = span.to;
    const until = span.frames.end < frames.end ? from(span.frames.end, usual) : '';
    return `${before}{${from(span.frames.start, spoken)}${until}}${toAssText([line.slice(span.from, span.to)])}{${usual}}`;
  });
  const text = `${words.join('')}${toAssText([line.slice(at)])}`;
  const place = `${placeOf(middle.x, y)}${sizeOverride(fontSize, style.fontSize)}`;
  return { when: frames, layer: 2, style: styleName, marginV: 0, text: `${place}${text}` };
}

/** Overrides that hold from a time of the event on: a change that is over at once. libass takes an end of 0 for that of the event. */
function changeAt(ms: number, tags: string): string {
  return ms <= 0 ? tags : `\\t(${ms - 1},${ms},${tags})`;
}

/** What is drawn for each word by itself: its box, and the word where it is larger. */
function spokenWords(line: Line, spans: readonly SpokenSpan[]): Event[] {
  const { highlight, styleName, widthOf } = line.of;
  const { boxColor, scale } = highlight;
  if (spans.length === 0 || (boxColor === null && scale === 1)) return [];
  const measured = measureLine(line.text, widthOf);
  return spans.flatMap((span) => {
    const common = { when: span.frames, marginV: 0 };
    const box: Event[] = boxColor ? [{ ...common, layer: 1, style: 'Word', text: boxOf(line, span, measured) }] : [];
    if (scale === 1) return box;
    return [...box, { ...common, layer: 3, style: styleName, text: grownWord(line, span, measured) }];
  });
}

function grownWord(line: Line, span: SpokenSpan, measured: MeasuredLine): string {
  const { style, highlight, fontSize } = line.of;
  const { scale } = highlight;
  const piece = pieceAround(line, span, measured);
  const [before, word, after] = [
    [0, piece.from],
    [piece.from, piece.to],
    [piece.to, piece.text.length],
  ].map(([from, to]) => toAssText([piece.text.slice(from, to)])) as [string, string, string];
  // The piece grows around the middle of the word.
  const { left, right } = piece.measured.extentOf(piece);
  const x = middleOf(line, span, measured) + ((piece.measured.width - left - right) / 2) * scale;
  const grown = `{\\q2\\fscx${percent(scale)}\\fscy${percent(scale)}}${sizeOverride(fontSize, style.fontSize)}`;
  const hidden = `{${HIDDEN}}`;
  const colored = `{\\r}${grown}{${colorOverride(highlight.textColor)}}${word}`;
  return `${placeOf(x, line.y)}${grown}${hidden}${before}${colored}${hidden}${after}`;
}

interface Piece {
  readonly text: string;
  /** Where the word is in it. */
  readonly from: number;
  readonly to: number;
  readonly measured: MeasuredLine;
}

/** A word with its neighbours: letters are joined to those beside them, and stand in the direction of their line. */
function pieceAround({ text: line, of }: Line, { from, to }: SpokenSpan, measured: MeasuredLine): Piece {
  if (line.length <= MAX_WHOLE_LINE) return { text: line, from, to, measured };
  const start = wholeCharacter(line, Math.max(0, from - NEIGHBOURS));
  const part = line.slice(start, wholeCharacter(line, Math.min(line.length, to + NEIGHBOURS)));
  const { direction } = measured;
  const mark = MARKS[direction];
  const text = `${mark}${part}`;
  const moved = mark.length - start;
  return { text, from: from + moved, to: to + moved, measured: measureLine(text, of.widthOf, direction) };
}

/** Left-to-right mark and right-to-left mark: not drawn, and they set the direction of a line that they begin. */
const MARKS = { ltr: '\u200E', rtl: '\u200F' };

/** The place itself, or the one before it if it is within a surrogate pair. */
function wholeCharacter(line: string, at: number): number {
  return /^[\uDC00-\uDFFF]/.test(line.slice(at, at + 1)) ? at - 1 : at;
}

const HIDDEN = '\\alpha&HFF&';

function middleOf({ of }: Line, span: SpokenSpan, measured: MeasuredLine): number {
  const { left, right } = measured.extentOf(span);
  return of.middle.x + (left + right - measured.width) / 2;
}

function boxOf(line: Line, span: SpokenSpan, measured: MeasuredLine): string {
  const { highlight, fontSize } = line.of;
  const { left, right } = measured.extentOf(span);
  const size = {
    width: Math.round((right - left) * highlight.scale + 2 * PADDING * fontSize),
    height: Math.round(fontSize * highlight.scale),
    radius: RADIUS * fontSize,
  };
  const x = Math.round(middleOf(line, span, measured) - size.width / 2);
  return `{\\an7\\pos(${x},${Math.round(line.y - size.height / 2)})\\p1}${boxDrawing(size)}{\\p0}`;
}

function placeOf(x: number, y: number): string {
  return `{\\an5\\pos(${decimal(x)},${decimal(y)})\\q2}`;
}

function percent(share: number): string {
  return decimal(share * 100);
}

function decimal(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
