import type { PaintedClip, Place, Size } from './shapes.js';

type Outline = Pick<PaintedClip, 'cornerRadius' | 'border'>;

/**
 * Whether a place lies in a box, which may have round corners.
 * @param at from the middle of the box, in pixels.
 * @param scale pixels for one of a frame whose short side is 1080.
 */
export function isInBox(at: Place, box: Size, { cornerRadius }: Outline, scale: number): boolean {
  return isInRounded(at, box, radiusOf(box, cornerRadius * scale));
}

/** Whether a place lies in the line around a box: round where that is round, always as wide. */
export function isBorderAt(at: Place, box: Size, outline: Outline, scale: number): boolean {
  const line = lineOf(outline, scale);
  const radius = radiusOf(box, outline.cornerRadius * scale);
  const around = { width: box.width + 2 * line, height: box.height + 2 * line };
  return isInRounded(at, around, radius > 0 ? radius + line : 0) && !isInRounded(at, box, radius);
}

/** In whole pixels. */
export function lineOf({ border }: Outline, scale: number): number {
  return border ? Math.max(1, Math.round(border.width * scale)) : 0;
}

function radiusOf({ width, height }: Size, radius: number): number {
  return Math.min(radius, width / 2, height / 2);
}

function isInRounded({ x, y }: Place, { width, height }: Size, radius: number): boolean {
  // From the middle of the nearest corner's circle.
  const [right, down] = [Math.abs(x) - (width / 2 - radius), Math.abs(y) - (height / 2 - radius)];
  if (right > 0 && down > 0) return Math.hypot(right, down) <= radius;
  return right <= radius && down <= radius;
}
