import { createCanvas, type Canvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Color } from '../../composition/color.js';
import type { DropShadow } from '../../composition/drawing.js';
import type { Picture } from './picture.js';

/** A transparent canvas with its context. */
export interface Sheet {
  readonly canvas: Canvas;
  readonly ctx: SKRSContext2D;
}

/** A canvas of at least one pixel, transparent. */
export function newSheet(width: number, height: number): Sheet {
  const canvas = createCanvas(width, height);
  return { canvas, ctx: canvas.getContext('2d') };
}

/** A colour in CSS. */
export function cssColor({ r, g, b, a }: Color): string {
  return `rgba(${r}, ${g}, ${b}, ${a / 255})`;
}

/** The same colour without letting anything through. */
export function opaque(color: Color): Color {
  return { ...color, a: 255 };
}

/** Lays a sheet over another. */
export function lay({ ctx }: Sheet, { canvas }: Sheet, alpha = 1): void {
  ctx.globalAlpha = alpha;
  ctx.drawImage(canvas, 0, 0);
  ctx.globalAlpha = 1;
}

/** Draws only the shadow of what is on a sheet: that itself is laid far beside the canvas. */
export function layShadow({ ctx, canvas }: Sheet, source: Sheet, { x, y, blur, color }: DropShadow): void {
  const aside = 2 * canvas.width + source.canvas.width;
  ctx.save();
  ctx.shadowColor = cssColor(color);
  // By the HTML standard the deviation is half of this.
  ctx.shadowBlur = 2 * blur;
  ctx.shadowOffsetX = x + aside;
  ctx.shadowOffsetY = y;
  ctx.drawImage(source.canvas, -aside, 0);
  ctx.restore();
}

/** All that is on a sheet. */
export function pictureOf({ canvas, ctx }: Sheet): Picture {
  const { width, height } = canvas;
  const { data } = ctx.getImageData(0, 0, width, height);
  return { width, height, channels: 4, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** The red of an opaque sheet as a grey picture. */
export function greyPictureOf(sheet: Sheet): Picture {
  const { width, height, data } = pictureOf(sheet);
  return { width, height, channels: 1, data: Uint8Array.from({ length: width * height }, (_, i) => data[4 * i] ?? 0) };
}
