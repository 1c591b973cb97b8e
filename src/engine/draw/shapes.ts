import type { BoxShape, DrawingContent } from '../../composition/drawing.js';
import type { Color } from '../../composition/color.js';
import { cssColor, greyPictureOf, layShadow, newSheet, opaque, pictureOf, type Sheet } from './canvas.js';
import type { Picture } from './picture.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** White on black, in the middle. At most half of the shorter side counts of the radius. */
export function roundedMask(box: BoxShape, { width, height }: Size): Picture {
  const sheet = newSheet(width, height);
  sheet.ctx.fillStyle = '#000';
  sheet.ctx.fillRect(0, 0, width, height);
  sheet.ctx.fillStyle = '#fff';
  fillBox(sheet, box);
  return greyPictureOf(sheet);
}

/** The line between two rectangles around the same middle, `line` apart. Round outside where it is round inside. */
export function border(line: number, radius: number, color: Color, { width, height }: Size): Picture {
  const sheet = newSheet(width, height);
  const { ctx } = sheet;
  const inner = { width: Math.max(0, width - 2 * line), height: Math.max(0, height - 2 * line) };
  const within = radiusOf({ ...inner, radius });
  ctx.fillStyle = cssColor(color);
  ctx.beginPath();
  ctx.roundRect(0, 0, width, height, within > 0 ? within + line : 0);
  ctx.roundRect(line, line, inner.width, inner.height, within);
  ctx.fill('evenodd');
  return pictureOf(sheet);
}

type BoxShadow = Extract<DrawingContent, { kind: 'BOX_SHADOW' }>;

/** The shadow of a box in the middle, and nothing where the box is, but for a part within its edges. */
export function boxShadow(
  { box, overlap, shadow }: Pick<BoxShadow, 'box' | 'overlap' | 'shadow'>,
  { width, height }: Size,
): Picture {
  const shape = newSheet(width, height);
  shape.ctx.fillStyle = cssColor(opaque(shadow.color));
  fillBox(shape, box);
  const sheet = newSheet(width, height);
  layShadow(sheet, shape, shadow);
  sheet.ctx.globalCompositeOperation = 'destination-out';
  const within = (length: number) => Math.max(0, length - 2 * overlap);
  fillBox(sheet, {
    width: within(box.width),
    height: within(box.height),
    radius: Math.max(0, box.radius - overlap),
  });
  return pictureOf(sheet);
}

/** In the middle of the sheet. */
function fillBox({ ctx, canvas }: Sheet, box: BoxShape): void {
  const { width, height } = box;
  ctx.beginPath();
  ctx.roundRect((canvas.width - width) / 2, (canvas.height - height) / 2, width, height, radiusOf(box));
  ctx.fill();
}

function radiusOf({ width, height, radius }: BoxShape): number {
  return Math.min(radius, width / 2, height / 2);
}
