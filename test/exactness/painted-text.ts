import type { Rgb, Size, TextSource } from './shapes.js';

/**
 * The colour of a place of a text's box, or null for none: its letters, and behind them the background around all lines and as much more as its padding, which is kept free of
 * letters at the edges of the box. A line is as high as `lineHeight` says, with the em in its middle.
 * Where two letters meet, the colour is left open: what is behind them shows through their soft edges.
 * @param scale pixels for one of a frame whose short side is 1080.
 */
export function textAt(
  text: TextSource,
  { u, v, width, height }: Size & { readonly u: number; readonly v: number },
  scale: number,
): Rgb | null {
  const size = text.fontSize * scale;
  const padding = text.padding * scale;
  const lineHeight = text.lineHeight * size;
  const [x, y] = [u * width, v * height];
  const widths = text.lines.map((line) => widthOf(line, text, size, scale));
  const block = { width: Math.max(...widths), height: text.lines.length * lineHeight };
  const free = { x: width - 2 * padding, y: height - 2 * padding };
  const share = { LEFT: 0, TOP: 0, CENTER: 0.5, MIDDLE: 0.5, RIGHT: 1, BOTTOM: 1 };
  const top = padding + (free.y - block.height) * share[text.verticalAlign];
  const left = (line: number) => padding + (free.x - line) * share[text.align];
  const row = Math.floor((y - top) / lineHeight);
  const line = text.lines[row];
  if (line !== undefined) {
    const inLine = y - top - row * lineHeight - (lineHeight - size) / 2;
    const inX = x - left(widths[row]!);
    if (inLine >= 0 && inLine <= size && isInLetter(inX, line, text, size, scale))
      return isOnJoint(inX, line, text, size, scale) ? OPEN : text.color;
  }
  const inX = x >= left(block.width) - padding && x <= left(block.width) + block.width + padding;
  const inY = y >= top - padding && y <= top + block.height + padding;
  return inX && inY ? text.background : null;
}

const OPEN: Rgb = [NaN, NaN, NaN];
/** In pixels. */
const JOINT = 2;

const advanceOf = (letter: string, size: number) => (letter === ' ' ? size / 2 : size);

function widthOf(line: string, { letterSpacing }: TextSource, size: number, scale: number): number {
  return Array.from(line).reduce(
    (sum, letter) => sum + advanceOf(letter, size) + letterSpacing * scale,
    -letterSpacing * scale,
  );
}

function isOnJoint(x: number, line: string, { letterSpacing }: TextSource, size: number, scale: number): boolean {
  let at = 0;
  return Array.from(line).some((letter, i) => {
    at += advanceOf(letter, size) + letterSpacing * scale;
    const meets = letter !== ' ' && line[i + 1] !== undefined && line[i + 1] !== ' ' && letterSpacing * scale < JOINT;
    return meets && Math.abs(x - at) <= JOINT;
  });
}

function isInLetter(x: number, line: string, { letterSpacing }: TextSource, size: number, scale: number): boolean {
  let at = 0;
  for (const letter of line) {
    if (letter !== ' ' && x >= at && x <= at + size) return true;
    at += advanceOf(letter, size) + letterSpacing * scale;
  }
  return false;
}
