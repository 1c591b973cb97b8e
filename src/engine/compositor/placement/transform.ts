import { constantOf, valuesOf, type Animated } from '../../../composition/animated.js';
import type { Placement } from '../../../composition/composition.js';
import type { Size } from '../../../composition/output-spec.js';
import { expressionOf, within, type FrameSpan } from '../expression.js';

/** Where a clip's picture lies in the frame, and how its box gets into it. */
export interface Transform {
  /** Of the picture that is laid into the frame. Even, unless `kind` is `box`. */
  readonly width: number;
  readonly height: number;
  /** Its left and upper edge, whole numbers, as expressions of the clip's frame. Constant if `still`. Even, unless `kind` is `box`. */
  readonly x: (frame: string) => string;
  readonly y: (frame: string) => string;
  readonly still: boolean;
  readonly into:
    /** The picture is the box. */
    | { readonly kind: 'box' }
    /** The picture has room beside the box, which lies in it at its own size. */
    | { readonly kind: 'shifted'; readonly x: Shift; readonly y: Shift }
    | Turned;
}

/** How far the edge of the box is from that of the picture: at least 0, less than 2 pixels. */
export type Shift =
  | { readonly kind: 'whole'; readonly pixels: 0 | 1 }
  /** Whole pixels and the part of a pixel beside them, as expressions of the clip's frame. */
  | { readonly kind: 'part'; readonly pixels: (frame: string) => string; readonly part: (frame: string) => string };

/** The box within the picture, and the points of that which come to the picture's corners. */
interface Turned {
  readonly kind: 'turned';
  readonly left: number;
  readonly top: number;
  readonly isConstant: boolean;
  /** Left and right above, then below; as expressions of the clip's frame. */
  readonly corners: (frame: string) => readonly { readonly x: string; readonly y: string }[];
}

/** Of a transparent border, so that edges are mixed with nothing. */
const BORDER = 2;

/** Pictures lie on even pixels, where frames have their colours: a box is up to so far beside its place in its picture. */
const STEP = 2;

/** The largest number of pixels that a corner may lie away: `perspective` counts 1/256 of them in 32 bits. */
const FARTHEST = 4_000_000;

/**
 * The way of a box into the frame. One that only stands somewhere lies on whole pixels. One that only moves is shifted by parts of a pixel in a picture a little
 * larger than it; any other is drawn by a filter that reads between pixels, into a picture that has room for it in every frame. Pictures are laid on
 * whole pixels: so nothing trembles.
 * @param span the frames for which its expressions are needed.
 * @param halved whether the frame has colours for two by two pixels.
 */
export function transformOf(
  placement: Placement,
  span: FrameSpan,
  { halved }: { readonly halved: boolean },
): Transform {
  const { width, height, x, y, scaleX, scaleY, rotation } = placement;
  const [middleX, middleY] = [constantOf(x), constantOf(y)];
  const still = middleX !== null && middleY !== null;
  const isUntouched = constantOf(scaleX) === 1 && constantOf(scaleY) === 1 && constantOf(rotation) === 0;
  if (still && isUntouched)
    return stillAt(placement, Math.round(middleX - width / 2), Math.round(middleY - height / 2), halved);
  const shown = shownValues(placement, span);
  const size = isUntouched ? { width: roomToShift(width), height: roomToShift(height) } : roomToTurn(placement);
  const [left, top] = isUntouched
    ? [0, 0]
    : [Math.floor((size.width - width) / 2), Math.floor((size.height - height) / 2)];
  // From the picture's edge to the middle of the box, where that is not moved.
  const middle = { x: left + width / 2, y: top + height / 2 };
  const place = {
    ...size,
    x: (frame: string) => edgeOf(shown.x, middle.x, frame),
    y: (frame: string) => edgeOf(shown.y, middle.y, frame),
    still,
  };
  if (isUntouched)
    return { ...place, into: { kind: 'shifted', x: shiftOf(shown.x, middle.x), y: shiftOf(shown.y, middle.y) } };
  const isConstant = [x, y, scaleX, scaleY, rotation].every((value) => constantOf(value) !== null);
  const corners = (frame: string) => cornersOf(shown, { ...size, middle }, frame);
  return { ...place, into: { kind: 'turned', left, top, isConstant, corners } };
}

function stillAt({ width, height }: Placement, left: number, top: number, halved: boolean): Transform {
  const [pastLeft, pastTop] = [Math.abs(left % 2) === 1 ? 1 : 0, Math.abs(top % 2) === 1 ? 1 : 0] as const;
  const isEven = [pastLeft, pastTop, width % 2, height % 2].every((rest) => rest === 0);
  if (!halved || isEven)
    return { width, height, x: () => `${left}`, y: () => `${top}`, still: true, into: { kind: 'box' } };
  return {
    width: even(width + pastLeft),
    height: even(height + pastTop),
    x: () => `${left - pastLeft}`,
    y: () => `${top - pastTop}`,
    still: true,
    into: { kind: 'shifted', x: { kind: 'whole', pixels: pastLeft }, y: { kind: 'whole', pixels: pastTop } },
  };
}

/** The least even number that is not less. */
function even(length: number): number {
  return 2 * Math.ceil(length / 2);
}

type Values = Pick<Placement, 'x' | 'y' | 'scaleX' | 'scaleY' | 'rotation'>;

function shownValues({ x, y, scaleX, scaleY, rotation }: Values, span: FrameSpan): Values {
  const part = (value: Animated) => within(value, span);
  return { x: part(x), y: part(y), scaleX: part(scaleX), scaleY: part(scaleY), rotation: part(rotation) };
}

/** The even pixel from which on a picture has a point about `before` pixels from its edge. */
function edgeOf(point: Animated, before: number, frame: string): string {
  const value = constantOf(point);
  if (value !== null) return `${STEP * Math.floor((value - before) / STEP)}`;
  return `${STEP}*floor((${expressionOf(point, frame)}-${before})/${STEP})`;
}

/** Parts of a pixel that `maskedmerge` tells apart. */
export const SHIFT_PARTS = 256;

function shiftOf(point: Animated, before: number): Shift {
  const value = constantOf(point);
  if (value !== null) {
    const past = Math.floor((value - before) * SHIFT_PARTS) / SHIFT_PARTS;
    const pixels = Math.floor(past) - STEP * Math.floor(past / STEP);
    if (Number.isInteger(past)) return { kind: 'whole', pixels: pixels === 0 ? 0 : 1 };
    return { kind: 'part', pixels: () => `${pixels}`, part: () => `${past - Math.floor(past)}` };
  }
  const edge = (frame: string) => `st(0,${expressionOf(point, frame)}-${before})`;
  return {
    kind: 'part',
    pixels: (frame) => `${edge(frame)};floor(ld(0))-${STEP}*floor(ld(0)/${STEP})`,
    part: (frame) => `${edge(frame)};ld(0)-floor(ld(0))`,
  };
}

function roomToShift(side: number): number {
  return even(side + STEP);
}

function roomToTurn(placement: Placement): Size {
  const { width, height } = placement;
  const reach = reachOf(placement);
  return { width: roomFor(width, reach.x), height: roomFor(height, reach.y) };
}

/** The box lies about in the middle of the picture on whole pixels, and moves on by less than a step. */
function roomFor(side: number, reach: number): number {
  return even(Math.max(side, Math.ceil(reach)) + 2 * (BORDER + STEP));
}

/** The largest sides of the upright rectangle around the box, in any frame. */
function reachOf({ width, height, scaleX, scaleY, rotation }: Placement): { readonly x: number; readonly y: number } {
  const [wide, high] = [width * Math.max(...valuesOf(scaleX)), height * Math.max(...valuesOf(scaleY))];
  const angles = valuesOf(rotation).map((degrees) => (degrees * Math.PI) / 180);
  return {
    x: widest(wide, high, Math.min(...angles), Math.max(...angles)),
    y: widest(high, wide, Math.min(...angles), Math.max(...angles)),
  };
}

/** The most of `|cos a| * along + |sin a| * across` for angles of a range: at its ends, or where a diagonal lies along the axis. */
function widest(along: number, across: number, from: number, to: number): number {
  const at = (angle: number) => Math.abs(Math.cos(angle)) * along + Math.abs(Math.sin(angle)) * across;
  const diagonal = Math.atan2(across, along);
  const hasDiagonal = [diagonal, -diagonal].some(
    (angle) => Math.floor((to - angle) / Math.PI) >= Math.ceil((from - angle) / Math.PI),
  );
  return hasDiagonal ? Math.hypot(along, across) : Math.max(at(from), at(to));
}

/**
 * The points of a picture with the untouched box in its middle that come to the corners of the picture with the box as it is to be seen. Pixels are
 * points at their middles, which is half a pixel from where `perspective` counts them.
 */
function cornersOf(
  values: Values,
  { width, height, middle }: Size & { readonly middle: { readonly x: number; readonly y: number } },
  frame: string,
): { readonly x: string; readonly y: string }[] {
  // A filter cannot divide by 0: from here on nothing is shown, by looking far beside the box.
  const least = (Math.max(width, height) / FARTHEST).toFixed(9);
  const isUpright = constantOf(values.rotation) === 0;
  // Registers of an expression: 0 and 1 the middle of the box, 2 and 3 its scale, 4 its angle.
  const [x, y] = [middleWithin(values.x, middle.x, frame, 0), middleWithin(values.y, middle.y, frame, 1)];
  const scaleX = `st(2,${expressionOf(values.scaleX, frame)})`;
  const scaleY = `st(3,${expressionOf(values.scaleY, frame)})`;
  const turn = `st(4,(${expressionOf(values.rotation, frame)})*PI/180)`;
  // What is not needed is left out: these expressions are read anew in every frame.
  const [forX, forY] = isUpright
    ? [[x], [y]]
    : [
        [x, y, turn],
        [x, y, turn],
      ];
  const hidden = (register: number) => `if(lt(ld(${register}),${least}),${4 * Math.max(width, height)},0)`;
  return [
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
  ].map(([left = 0, top = 0]) => {
    const [dx, dy] = [`(${left + 0.5}-ld(0))`, `(${top + 0.5}-ld(1))`];
    const across = isUpright ? dx : `(cos(ld(4))*${dx}+sin(ld(4))*${dy})`;
    const down = isUpright ? dy : `(cos(ld(4))*${dy}-sin(ld(4))*${dx})`;
    return {
      x: `${[...forX, scaleX].join(';')};${middle.x - 0.5}+${across}/max(ld(2),${least})+${hidden(2)}`,
      y: `${[...forY, scaleY].join(';')};${middle.y - 0.5}+${down}/max(ld(3),${least})+${hidden(3)}`,
    };
  });
}

/** Stores where the middle of the box comes to lie in the picture: `before` pixels from its edge, or up to a step farther. */
function middleWithin(middle: Animated, before: number, frame: string, register: number): string {
  const value = constantOf(middle);
  if (value !== null) return `st(${register},${(value - STEP * Math.floor((value - before) / STEP)).toFixed(9)})`;
  const stored = `st(${register},${expressionOf(middle, frame)})`;
  return `${stored};st(${register},ld(${register})-${STEP}*floor((ld(${register})-${before})/${STEP}))`;
}
