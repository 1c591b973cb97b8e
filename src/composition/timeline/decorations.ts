import type { AssetRef } from '../asset.js';
import type { BoxShape } from '../drawing.js';
import type { Size } from '../output-spec.js';
import type { DrawingSet } from './drawing-set.js';
import type { Look } from './timeline.js';

/** A picture around a box, with the same middle. */
interface Decoration {
  readonly asset: AssetRef;
  readonly size: Size;
}

/** What is drawn around a box. Null: nothing. */
export interface Decorations {
  /** Below the clip. */
  readonly shadow: Decoration | null;
  /** Above it. */
  readonly border: Decoration | null;
}

/** Beyond so many standard deviations nothing is seen of a blur. */
const BLUR_REACH = 3;

/** The width of a border: whole pixels, so that it is sharp. */
export function lineOf(border: Look['border']): number {
  return border ? Math.max(1, Math.round(border.width)) : 0;
}

/**
 * How far a border and its clip reach over each other: edges that lie between pixels are half seen, and of two that only touch a quarter of what is below
 * would show as a line. The border of a clip that is turned or moved reaches over its box. A clip that stands has straight edges on whole pixels, and
 * reaches under its border at round corners.
 */
const OVERLAP = 0.75;

/** How far a shadow reaches under a clip that hides it: as far as the edge of a turned picture is soft. Nobody sees it there. */
const UNDER_CLIP = 1.5;

interface DecorationPlace {
  readonly drawings: DrawingSet;
  readonly field: string;
  /** Whether the box stands upright on whole pixels. */
  readonly stands: boolean;
  /** Whether nothing is seen through the clip, where it has a picture at all. */
  readonly hides: boolean;
}

/**
 * The part of a clip's box that is seen, in the middle of it: it has round corners. Null: all of it.
 * @param isOpaque whether the clip is ever wholly opaque, and its border with it.
 */
export function roundedPart(
  { cornerRadius, border }: Look,
  box: Size,
  { stands, isOpaque }: { readonly stands: boolean; readonly isOpaque: boolean },
): BoxShape | null {
  const radius = radiusOf(cornerRadius, box);
  if (radius === 0) return null;
  const under = stands && isOpaque && border?.color.a === 255 ? Math.min(OVERLAP, lineOf(border) / 2) : 0;
  return { width: box.width + 2 * under, height: box.height + 2 * under, radius: radius + under };
}

/** The shadow and the border of a clip. @param box its size. */
export function decorationsOf(
  { border, shadow, cornerRadius }: Look,
  box: Size,
  { drawings, field, stands, hides }: DecorationPlace,
): Decorations {
  const radius = radiusOf(cornerRadius, box);
  const around = (margin: number): Size => ({ width: box.width + 2 * margin, height: box.height + 2 * margin });
  const draw = (size: Size, content: Parameters<DrawingSet['add']>[1], name: string): Decoration => ({
    asset: drawings.add(size, content, `${field}.${name}`),
    size,
  });
  const line = lineOf(border);
  const overlap = stands ? 0 : OVERLAP;
  const underlap = hides && (!stands || radius > 0) ? UNDER_CLIP : 0;
  const margin = shadow ? Math.ceil(BLUR_REACH * shadow.blur + Math.max(Math.abs(shadow.x), Math.abs(shadow.y))) : 0;
  return {
    shadow: shadow
      ? draw(around(margin), { kind: 'BOX_SHADOW', box: { ...box, radius }, overlap: underlap, shadow }, 'shadow')
      : null,
    border: border
      ? draw(
          around(line),
          { kind: 'BORDER', line: line + overlap, radius: Math.max(0, radius - overlap), color: border.color },
          'border',
        )
      : null,
  };
}

/** At most half of the shorter side. */
function radiusOf(radius: number, { width, height }: Size): number {
  return Math.min(radius, width / 2, height / 2);
}
