import type { StyledText } from '../../../composition/drawing.js';
import { graphemesOf } from '../../captions/wrap-text.js';
import { directionOf, type Direction } from './bidi.js';
import { wrapParagraph, type Measure, type Span, type WrappedLine } from './wrap-lines.js';

/** A line at its place in the picture. */
export interface TextLine {
  /** What is drawn: the text between `start` and `end`, and an ellipsis where it was cut. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly direction: Direction;
  /** Left end and baseline. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Text as it is drawn, in pixels of the picture. */
export interface TextLayout {
  readonly lines: readonly TextLine[];
  /** How much smaller than its style says it is drawn, 0.25 to 1. */
  readonly scale: number;
  /** The box around the lines. */
  readonly block: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** The font of a text at the size that its style says. */
export interface TextMetrics {
  /** Letter spacing included, also after the last letter. */
  readonly advance: Measure;
  /** Above and below the baseline, as the font has them. */
  readonly ascent: number;
  readonly descent: number;
}

type TextStyle = Omit<StyledText, 'font' | 'color'>;

interface Size {
  readonly width: number;
  readonly height: number;
}

const SMALLEST = 0.25;
/** Halvings of the range of sizes: the last is less than a thousandth of the size. */
const STEPS = 10;
/** Sums of widths are not exact. */
const SLACK = 0.01;
/** How far a slanted capital leans out at its right, in ems. */
const LEAN = 0.18;

/** Wraps a text and finds its size. Words are broken only where they are too long even at the smallest size. Pure. */
export function layOutText(style: TextStyle, size: Size, metrics: TextMetrics): TextLayout {
  const at = (scale: number) => attempt(style, size, metrics, scale);
  const own = at(1);
  if (style.overflow === 'ELLIPSIS') return placed(style, size, metrics, shortened(style, metrics, own));
  if (own.fits && !own.breaksWord) return placed(style, size, metrics, own);
  let best = at(SMALLEST);
  if (!best.fits) return placed(style, size, metrics, shortened(style, metrics, best));
  const mayBreak = best.breaksWord;
  const isGood = ({ fits, breaksWord }: Attempt) => fits && (mayBreak || !breaksWord);
  if (isGood(own)) return placed(style, size, metrics, own);
  let [low, high] = [SMALLEST, 1];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2;
    const tried = at(middle);
    if (isGood(tried)) [low, best] = [middle, tried];
    else high = middle;
  }
  return placed(style, size, metrics, best);
}

interface Line extends Span {
  readonly suffix: string;
  readonly direction: Direction;
}

interface Attempt {
  readonly scale: number;
  readonly lines: readonly Line[];
  /** In widths of the style's own size. */
  readonly room: number;
  /** The most lines that there is room for. */
  readonly most: number;
  /** All of it is in the box. */
  readonly fits: boolean;
  readonly breaksWord: boolean;
}

/** Widths are measured once, for the style's own size: smaller text in a box is text in a larger one. */
function attempt(style: TextStyle, size: Size, metrics: TextMetrics, scale: number): Attempt {
  const inset = insetOf(style, scale);
  const room = Math.max(1, (size.width - 2 * inset) / scale - leanOf(style)) + SLACK;
  const height = size.height - 2 * inset + SLACK;
  const lineHeight = lineHeightOf(style) * scale;
  const lines = paragraphsOf(style.text).flatMap((paragraph) => {
    const direction = directionOf(style.text.slice(paragraph.start, paragraph.end));
    const wrapped = wrapParagraph(style.text, paragraph, room, (text) => widthOf(text, style, metrics));
    return wrapped.map((line): Line & WrappedLine => ({ ...line, suffix: '', direction }));
  });
  const most = Math.min(style.maxLines ?? Number.POSITIVE_INFINITY, Math.max(1, Math.floor(height / lineHeight)));
  const breaksWord = lines.some((line) => line.breaksWord);
  const widest = Math.max(0, ...lines.map((line) => widthOf(style.text.slice(line.start, line.end), style, metrics)));
  const fits = lines.length <= most && lines.length * lineHeight <= height && widest <= room;
  return { scale, lines, room, most, fits, breaksWord };
}

function paragraphsOf(text: string): Span[] {
  let start = 0;
  return text.split('\n').map(({ length }) => {
    const span = { start, end: start + length };
    start += length + 1;
    return span;
  });
}

/** The lines that there is room for, the last with an ellipsis where some are left out. */
function shortened(style: TextStyle, metrics: TextMetrics, tried: Attempt): Attempt {
  const { lines, most, room } = tried;
  const last = lines[most - 1];
  if (lines.length <= most || !last) return tried;
  const graphemes = graphemesOf(style.text.slice(last.start, last.end));
  const textOf = () => graphemes.join('').trimEnd();
  while (graphemes.length > 0 && widthOf(`${textOf()}…`, style, metrics) > room) graphemes.pop();
  const cut = { ...last, end: last.start + textOf().length, suffix: '…' };
  return { ...tried, lines: [...lines.slice(0, most - 1), cut] };
}

function placed(style: TextStyle, size: Size, metrics: TextMetrics, { lines, scale }: Attempt): TextLayout {
  const inset = insetOf(style, scale);
  const lineHeight = lineHeightOf(style) * scale;
  const height = lines.length * lineHeight;
  const top = { TOP: inset, MIDDLE: (size.height - height) / 2, BOTTOM: size.height - inset - height }[
    style.verticalAlign
  ];
  // As CSS does: what a line is higher than the font lies half above it and half below.
  const baseline = (lineHeight + (metrics.ascent - metrics.descent) * scale) / 2;
  const texts = lines.map(({ start, end, suffix }) => style.text.slice(start, end) + suffix);
  const widths = texts.map((text) => widthOf(text, style, metrics) * scale);
  const leftOf = (width: number) => {
    const full = width + leanOf(style) * scale;
    return { LEFT: inset, CENTER: (size.width - full) / 2, RIGHT: size.width - inset - full }[style.align];
  };
  const placedLines = lines.map(({ start, end, direction }, i): TextLine => {
    const width = widths[i] ?? 0;
    return { text: texts[i] ?? '', start, end, direction, x: leftOf(width), y: top + i * lineHeight + baseline, width };
  });
  const width = Math.max(0, ...widths);
  return { lines: placedLines, scale, block: { x: leftOf(width), y: top, width, height } };
}

/** Letter spacing lies between letters only. */
function widthOf(text: string, { letterSpacing }: TextStyle, { advance }: TextMetrics): number {
  return text === '' ? 0 : Math.max(0, advance(text) - letterSpacing);
}

function lineHeightOf({ fontSize, lineHeight }: TextStyle): number {
  return fontSize * lineHeight;
}

function leanOf({ italic, fontSize }: TextStyle): number {
  return italic ? fontSize * LEAN : 0;
}

/** What is kept free at each edge: for the background around the lines, and for the line around the letters. */
function insetOf({ background, outline }: TextStyle, scale: number): number {
  return Math.max(background?.padding ?? 0, (outline?.width ?? 0) * scale);
}
