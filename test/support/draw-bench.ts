import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Drawing, DrawingContent, StyledText, TextPart } from '../../src/composition/drawing.js';
import type { NamedFont } from '../../src/engine/captions/font-folder.js';
import { prepareFonts, type Fonts } from '../../src/engine/captions/fonts.js';
import { createDrawer, type Drawn } from '../../src/engine/draw/draw-picture.js';
import type { Picture } from '../../src/engine/draw/picture.js';
import { openFontBook } from '../../src/engine/draw/text/font-book.js';

/** Draws in this process what the program draws in its own. */
export interface DrawBench {
  readonly fonts: Fonts;
  draw(content: DrawingContent, width: number, height: number): Promise<Drawn>;
  /** @param changes to a plain white text of 50 pixels in the middle. */
  text(changes: Partial<StyledText>, width: number, height: number, part?: TextPart | null): Promise<Inked>;
  close(): Promise<void>;
}

export const WHITE = { r: 255, g: 255, b: 255, a: 255 };

export const PLAIN: StyledText = {
  text: '',
  font: null,
  fontSize: 50,
  color: WHITE,
  bold: false,
  italic: false,
  align: 'CENTER',
  verticalAlign: 'MIDDLE',
  lineHeight: 1.25,
  letterSpacing: 0,
  outline: null,
  shadow: null,
  background: null,
  maxLines: null,
  overflow: 'SHRINK',
};

export async function createDrawBench(named: readonly NamedFont[] = []): Promise<DrawBench> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-draw-'));
  const fonts = await prepareFonts(folder, named);
  const drawer = createDrawer(openFontBook({ ...fonts, named: Object.fromEntries(fonts.named) }));
  const draw: DrawBench['draw'] = (content, width, height) => drawer.draw(drawingOf(content, width, height));
  return {
    fonts,
    draw,
    async text(changes, width, height, part = null) {
      const text = { ...PLAIN, ...changes };
      const { picture, missing } = await draw({ kind: 'TEXT', text, part }, width, height);
      return { picture, missing, ...inkOf(picture) };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

export function drawingOf(content: DrawingContent, width: number, height: number): Drawing {
  return { uri: `drawing:${JSON.stringify(content)}`, width, height, content, field: 'spec.f' };
}

/** A text drawn, and where its ink is. */
export interface Inked extends Ink {
  readonly picture: Picture;
  readonly missing: readonly number[];
}

export interface Ink {
  /** The edges of the box around all that is at least half opaque; NaN without any. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Stretches of rows with ink in them. */
  readonly rows: readonly { readonly top: number; readonly bottom: number }[];
  /** The sum of alpha, in opaque pixels. */
  readonly amount: number;
}

export function inkOf({ width, height, data }: Picture): Ink {
  const isInk = (x: number, y: number) => data[(y * width + x) * 4 + 3]! >= 128;
  const columns = Array.from({ length: width }, (_, x) => x);
  const lines = Array.from({ length: height }, (_, y) => y);
  const xs = columns.filter((x) => lines.some((y) => isInk(x, y)));
  const ys = lines.filter((y) => columns.some((x) => isInk(x, y)));
  const rows: { top: number; bottom: number }[] = [];
  for (const y of ys) {
    const last = rows.at(-1);
    if (last?.bottom === y) last.bottom = y + 1;
    else rows.push({ top: y, bottom: y + 1 });
  }
  let amount = 0;
  for (let i = 3; i < data.length; i += 4) amount += data[i]! / 255;
  const [left = Number.NaN] = xs;
  const [top = Number.NaN] = ys;
  return { left, right: (xs.at(-1) ?? Number.NaN) + 1, top, bottom: (ys.at(-1) ?? Number.NaN) + 1, rows, amount };
}

/** Red, green, blue and alpha of a pixel; a grey one is its own red, green and blue. */
export function pixelAt(
  { width, channels, data }: Picture,
  x: number,
  y: number,
): readonly [number, number, number, number] {
  const at = (y * width + x) * channels;
  const [r = 0, g = 0, b = 0, a = 255] = data.subarray(at, at + channels);
  return channels === 1 ? [r, r, r, 255] : [r, g, b, a];
}
