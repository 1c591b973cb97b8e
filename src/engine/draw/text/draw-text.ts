import type { SKRSContext2D } from '@napi-rs/canvas';
import type { StyledText, TextPart } from '../../../composition/drawing.js';
import { textParts } from '../../../composition/text-parts.js';
import { cssColor, lay, layShadow, newSheet, opaque, pictureOf, type Sheet } from '../canvas.js';
import type { Picture } from '../picture.js';
import { drawableText } from './drawable-text.js';
import type { FontBook } from './font-book.js';
import { layOutText, type TextLayout } from './lay-out-text.js';
import { partOfText, wholeText, type TextPiece } from './text-pieces.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Spacing would tear letters apart that are written in one stroke. */
const CURSIVE = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}]/u;

/** A text that was laid out. Its parts share it, each of which is a picture of its own. */
export interface PreparedText {
  /** Code points that no font has. */
  readonly missing: readonly number[];
  draw(part: TextPart | null): Picture;
}

/** Lays a text out in a picture. @throws FontUnusableError. */
export async function prepareText(given: StyledText, size: Size, fonts: FontBook): Promise<PreparedText> {
  const list = fonts.listFor(given.text, given.font);
  const missing = await fonts.missingIn(given.text, list);
  const text = drawableText(given.text, missing);
  const style = { ...given, text, letterSpacing: CURSIVE.test(text) ? 0 : given.letterSpacing };
  const ruler = newSheet(1, 1).ctx;
  setFont(ruler, style, list.families, 1);
  const advance = remembered((part) => ruler.measureText(part).width);
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = ruler.measureText('x');
  const layout = layOutText(style, size, { advance, ascent, descent });
  const partSpan = ({ by, index }: TextPart) => textParts(given.text, by)[index] ?? { start: 0, end: 0 };
  return {
    missing,
    draw: (part) => {
      const pieces =
        part === null
          ? wholeText(layout)
          : partOfText(layout, partSpan(part), (letters) => advance(letters) * layout.scale);
      const hasBackground = part === null || part.index === 0;
      return paint({ style, layout, pieces, families: list.families, size, hasBackground });
    },
  };
}

function remembered(measure: (text: string) => number): (text: string) => number {
  const known = new Map<string, number>();
  return (text) => {
    const width = known.get(text) ?? measure(text);
    known.set(text, width);
    return width;
  };
}

function setFont(ctx: SKRSContext2D, style: StyledText, families: string, scale: number): void {
  const { fontSize, bold, italic, letterSpacing } = style;
  ctx.font = `${italic ? 'italic ' : ''}${bold ? 'bold ' : ''}${fontSize * scale}px ${families}`;
  ctx.letterSpacing = `${letterSpacing * scale}px`;
  // The default follows the language of the machine.
  ctx.lang = 'en';
}

interface Painting {
  readonly style: StyledText;
  readonly layout: TextLayout;
  readonly pieces: readonly TextPiece[];
  readonly families: string;
  readonly size: Size;
  readonly hasBackground: boolean;
}

/** From the back: background, shadow, the line around the letters, letters. */
function paint(painting: Painting): Picture {
  const { style, size } = painting;
  const { color, outline, shadow } = style;
  const sheet = newSheet(size.width, size.height);
  if (painting.hasBackground) paintBackground(sheet, painting);
  const letters = newSheet(size.width, size.height);
  paintLetters(letters, painting, 'fill');
  const line = outline && outline.width > 0 ? newSheet(size.width, size.height) : null;
  if (line) paintLetters(line, painting, 'stroke');
  if (shadow) {
    const shape = newSheet(size.width, size.height);
    if (line) lay(shape, line);
    lay(shape, letters);
    layShadow(sheet, shape, shadow);
  }
  if (line && outline) {
    // Seen through letters it would not lie around them.
    if (color.a < 255) cutOut(line, letters);
    lay(sheet, line, outline.color.a / 255);
  }
  lay(sheet, letters, color.a / 255);
  return pictureOf(sheet);
}

function cutOut(from: Sheet, shape: Sheet): void {
  from.ctx.globalCompositeOperation = 'destination-out';
  lay(from, shape);
  from.ctx.globalCompositeOperation = 'source-over';
}

function paintBackground({ ctx }: Sheet, { style: { background }, layout: { block } }: Painting): void {
  if (!background || block.width === 0) return;
  const { padding, radius, color } = background;
  const [width, height] = [block.width + 2 * padding, block.height + 2 * padding];
  ctx.fillStyle = cssColor(color);
  ctx.beginPath();
  ctx.roundRect(block.x - padding, block.y - padding, width, height, Math.min(radius, width / 2, height / 2));
  ctx.fill();
}

function paintLetters({ ctx, canvas }: Sheet, painting: Painting, how: 'fill' | 'stroke'): void {
  const { style, layout, pieces, families } = painting;
  setFont(ctx, style, families, layout.scale);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'alphabetic';
  ctx.fillStyle = cssColor(opaque(style.color));
  if (style.outline) {
    ctx.strokeStyle = cssColor(opaque(style.outline.color));
    ctx.lineJoin = 'round';
    // Half of it lies within the letters, below them.
    ctx.lineWidth = 2 * style.outline.width * layout.scale;
  }
  for (const { text, x, y, direction, clip } of pieces) {
    ctx.save();
    if (clip) {
      const left = Math.max(0, clip.left);
      ctx.beginPath();
      ctx.rect(left, 0, Math.max(0, Math.min(canvas.width, clip.right) - left), canvas.height);
      ctx.clip();
    }
    ctx.direction = direction;
    if (how === 'fill') ctx.fillText(text, x, y);
    else ctx.strokeText(text, x, y);
    ctx.restore();
  }
}
