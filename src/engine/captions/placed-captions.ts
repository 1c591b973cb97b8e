import type { CaptionLayer } from '../../composition/composition.js';
import type { Cue, CaptionStyle } from '../../composition/captions.js';
import { dialogueLine, framesOfCue, sizeOverride } from './ass-dialogue.js';
import { toAssText, toLines } from './ass-text.js';
import { boxDrawing } from './box-drawing.js';
import { type CaptionCanvas, type Dialogues, EM, isUpper, marginsOf, roomFor, styleNameOf } from './caption-canvas.js';
import { fittingSize } from './fitting-size.js';
import { fitLine } from './fit-lines.js';
import { highlightedDialogues } from './highlighted-captions.js';
import type { TextRuler } from './text-ruler.js';

/** Of the font size: what a box reaches beyond its text, above and below, and at the sides. */
const PADDING_Y = 0.15;
const PADDING_X = 0.4;
const RADIUS = 0.4;

/**
 * Captions on boxes that libass has no style for, and captions with a highlighted word: their text is broken here, so that the place of each word is known. Each is an
 * event for the box, if it has one, and above it one for the text, or several with a highlight. All stand where they are put: what libass would do for cues that are seen
 * at the same time, moving them apart, is done here too.
 */
export function placedDialogues({ cues, style }: CaptionLayer, canvas: CaptionCanvas, ruler: TextRuler): Dialogues {
  let seen: readonly PlacedBox[] = [];
  let shrunk = 0;
  const lines = cues.flatMap((cue) => {
    const frames = framesOfCue(cue, canvas.frameRate);
    const heightAt = (size: number) => boxOf(cue, { ...style, fontSize: size }, canvas, ruler).height;
    const fontSize = fittingSize(style.fontSize, roomFor(style, canvas), heightAt);
    if (fontSize < style.fontSize) shrunk += 1;
    const box = boxOf(cue, { ...style, fontSize }, canvas, ruler);
    const together = seen.filter(({ end }) => end > frames.start);
    const y = freePlace(box.height, style, canvas, together);
    // What found no place in the frame takes none away, and is not drawn.
    const isPlaced = isWithin(y, box.height, canvas);
    seen = isPlaced ? [...together, { y, height: box.height, end: frames.end }] : together;
    if (!isPlaced) return [];
    const { left, right } = marginsOf(style, canvas);
    const x = Math.round((canvas.width + left - right - box.width) / 2);
    const radius = style.boxShape === 'ROUNDED' ? fontSize * RADIUS : 0;
    const drawing = `{\\an7\\pos(${x},${y})\\p1}${boxDrawing({ ...box, radius })}{\\p0}`;
    const rate = canvas.frameRate;
    const boxes = style.boxColor
      ? [dialogueLine(frames, rate, { layer: 0, style: 'Box', marginV: 0, text: drawing })]
      : [];
    const middle = { x: x + Math.round(box.width / 2), y: y + Math.round(box.height / 2) };
    const styleName = styleNameOf(cue.text, canvas.fonts.font);
    if (style.highlight) {
      const widthOf = (part: string) => ruler.widthOf(part, styleName) * fontSize;
      const text = { lines: box.lines, middle, fontSize, style, highlight: style.highlight, styleName, widthOf };
      return [...boxes, ...highlightedDialogues(cue, text, { frames, rate })];
    }
    const text = `{\\an5\\pos(${middle.x},${middle.y})\\q2}${sizeOverride(fontSize, style.fontSize)}${toAssText(box.lines)}`;
    return [...boxes, dialogueLine(frames, rate, { layer: 1, style: styleName, marginV: 0, text })];
  });
  return { lines, shrunk };
}

/** Where a box stands, and until when. */
interface PlacedBox {
  readonly y: number;
  readonly height: number;
  /** The first frame without it. */
  readonly end: number;
}

function boxOf(
  cue: Cue,
  style: CaptionStyle,
  canvas: CaptionCanvas,
  ruler: TextRuler,
): { lines: string[]; width: number; height: number } {
  const { fontSize, boxColor, boxShape } = style;
  const { left, right } = marginsOf(style, canvas);
  const styleName = styleNameOf(cue.text, canvas.fonts.font);
  const widthOf = (text: string): number => ruler.widthOf(text, styleName) * fontSize;
  const widest = canvas.width - left - right;
  const padding = paddingOf({ boxColor, boxShape });
  const maxWidth = Math.max(fontSize, widest - 2 * padding.x * fontSize);
  const columns = Math.max(2, Math.floor((2 * maxWidth) / (fontSize * (canvas.fonts.font?.em ?? EM))));
  const lines = toLines(cue.text).flatMap((line) => fitLine(line, { maxWidth, columns, widthOf }));
  const textWidth = Math.max(...lines.map(widthOf));
  const isWide = boxColor !== null && boxShape === 'WIDE';
  const width = isWide ? widest : Math.min(canvas.width, textWidth + 2 * padding.x * fontSize);
  return { lines, width: Math.round(width), height: Math.round((lines.length + 2 * padding.y) * fontSize) };
}

function paddingOf({ boxColor, boxShape }: Pick<CaptionStyle, 'boxColor' | 'boxShape'>): { x: number; y: number } {
  if (boxColor === null) return { x: 0, y: 0 };
  switch (boxShape) {
    case 'TEXT':
      return { x: PADDING_Y, y: PADDING_Y };
    case 'WIDE':
    case 'ROUNDED':
      return { x: PADDING_X, y: PADDING_Y };
  }
}

/** The place nearest to where the style puts a box, beyond those that are seen at the same time. @param others none of which overlap. */
function freePlace(height: number, style: CaptionStyle, canvas: CaptionCanvas, others: readonly PlacedBox[]): number {
  let y = Math.round(Math.max(0, topOf(style, canvas, height)));
  const isDownward = isUpper(style.position);
  // In the order in which they are met, so that each is looked at once.
  for (const other of [...others].sort((a, b) => (isDownward ? a.y - b.y : b.y - a.y))) {
    if (!isWithin(y, height, canvas)) break;
    if (y < other.y + other.height && other.y < y + height) y = isDownward ? other.y + other.height : other.y - height;
  }
  return y;
}

function isWithin(y: number, height: number, canvas: CaptionCanvas): boolean {
  return y + height > 0 && y < canvas.height;
}

function topOf(style: CaptionStyle, canvas: CaptionCanvas, height: number): number {
  const { top } = marginsOf(style, canvas);
  const free = roomFor(style, canvas) - height;
  switch (style.position) {
    case 'TOP':
      return top;
    case 'CENTER':
      return top + free / 2;
    case 'BOTTOM':
      return top + free;
    default:
      return top + free * style.position;
  }
}
