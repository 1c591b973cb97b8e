import type { CaptionStyle, Cue, WordHighlight } from '../../composition/captions.js';
import type { Rational } from '../../composition/frame-grid.js';
import { withWords } from '../../composition/subtitles/word-times.js';
import { colorOverride } from './ass-color.js';
import { type Dialogue, dialogueLine, sizeOverride } from './ass-dialogue.js';
import { toAssText } from './ass-text.js';
import { boxDrawing } from './box-drawing.js';
import { extentIn, type SpokenSpan, spokenSpans } from './word-spans.js';

/** Of the font size: what the box of a word reaches beyond it at the sides, and the radius of its corners. */
const PADDING = 0.15;
const RADIUS = 0.2;

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
 * The text of a cue, each line by itself, with the word that is spoken in its colour. A word that grows is a second event, of the same line: all but the word is transparent in
 * it, and the word is in the first, so that letters are joined as ever and no word moves.
 */
export function highlightedDialogues(cue: Cue, text: PlacedText, { frames, rate }: Seen): string[] {
  const spans = spokenSpans(text.lines, withWords(cue), { frames, rate });
  return text.lines.flatMap((line, i) => {
    const y = text.middle.y + (i - (text.lines.length - 1) / 2) * text.fontSize;
    const placed: Line = { text: line, y, of: text };
    let from = frames.start;
    const events = (spans[i] ?? []).flatMap((span) => {
      const before = unspoken(placed, { start: from, end: span.frames.start });
      from = span.frames.end;
      return [...before, ...spoken(placed, span)];
    });
    return [...events, ...unspoken(placed, { start: from, end: frames.end })].map(({ when, ...dialogue }) =>
      dialogueLine(when, rate, dialogue),
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

function unspoken(line: Line, when: Seen['frames']): Event[] {
  if (when.start >= when.end || line.text === '') return [];
  const { style, fontSize, styleName, middle } = line.of;
  const text = `${placeOf(middle.x, line.y)}${sizeOverride(fontSize, style.fontSize)}${toAssText([line.text])}`;
  return [{ when, layer: 2, style: styleName, marginV: 0, text }];
}

function spoken(line: Line, span: SpokenSpan): Event[] {
  const { style, highlight, fontSize, styleName, middle, widthOf } = line.of;
  const [before, word, after] = [
    [0, span.from],
    [span.from, span.to],
    [span.to, line.text.length],
  ].map(([from, to]) => toAssText([line.text.slice(from, to)])) as [string, string, string];
  const size = sizeOverride(fontSize, style.fontSize);
  const { scale } = highlight;
  const common = { when: span.frames, style: styleName, marginV: 0 };
  const boxes = highlight.boxColor ? [{ ...common, layer: 1 as const, style: 'Word', text: boxOf(line, span) }] : [];
  if (scale === 1) {
    const text = `{${colorOverride(highlight.textColor)}}${word}{${colorOverride(style.textColor)}}`;
    return [...boxes, { ...common, layer: 2, text: `${placeOf(middle.x, line.y)}${size}${before}${text}${after}` }];
  }
  const { left, right, width } = extentIn(line.text, span, widthOf);
  // The line grows around the middle of the word.
  const x = middle.x + ((left + right - width) / 2) * (1 - scale);
  const grown = `{\\q2\\fscx${percent(scale)}\\fscy${percent(scale)}}${size}`;
  const alone = `${grown}${HIDDEN}${before}{\\r}${grown}{${colorOverride(highlight.textColor)}}${word}${HIDDEN}${after}`;
  const others = `${size}${before}${HIDDEN}${word}{\\r\\q2}${size}${after}`;
  return [
    ...boxes,
    { ...common, layer: 2, text: `${placeOf(middle.x, line.y)}${others}` },
    { ...common, layer: 3, text: `${placeOf(x, line.y)}${alone}` },
  ];
}

const HIDDEN = '{\\alpha&HFF&}';

function boxOf(line: Line, span: SpokenSpan): string {
  const { highlight, fontSize, middle, widthOf } = line.of;
  const { left, right, width } = extentIn(line.text, span, widthOf);
  const word = middle.x - width / 2 + (left + right) / 2;
  const size = {
    width: Math.round((right - left) * highlight.scale + 2 * PADDING * fontSize),
    height: Math.round(fontSize * highlight.scale),
    radius: RADIUS * fontSize,
  };
  const corner = `${Math.round(word - size.width / 2)},${Math.round(line.y - size.height / 2)}`;
  return `{\\an7\\pos(${corner})\\p1}${boxDrawing(size)}{\\p0}`;
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
