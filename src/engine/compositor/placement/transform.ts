import { constantOf, valuesOf, type Animated } from '../../../composition/animated.js';
import type { Placement } from '../../../composition/composition.js';
import { expressionOf, within, type FrameSpan } from '../expression.js';

/** Where a clip's picture lies in the frame, and how its box is turned into it. */
export interface Transform {
  /** Of the picture that is laid into the frame. */
  readonly width: number;
  readonly height: number;
  /** Its left and upper edge, whole numbers, as expressions of the clip's frame. Constant if `still`. */
  readonly x: (frame: string) => string;
  readonly y: (frame: string) => string;
  readonly still: boolean;
  /** The box within the picture, and the points of that which come to its corners. Null: the picture is the box. */
  readonly turned: {
    readonly left: number;
    readonly top: number;
    readonly isConstant: boolean;
    /** Left and right above, then below; as expressions of the clip's frame. */
    readonly corners: (frame: string) => readonly { readonly x: string; readonly y: string }[];
  } | null;
}

/** Of a transparent border, so that edges are mixed with nothing and a part of a pixel has room. */
const BORDER = 2;

/** The largest number of pixels that a corner may lie away: `perspective` counts 1/256 of them in 32 bits. */
const FARTHEST = 4_000_000;

/**
 * The way of a box into the frame. One that only stands somewhere lies on whole pixels. Any other is drawn by one filter, which reads between pixels, into a
 * picture that has room for it in every frame, and that is laid on whole pixels: so nothing trembles.
 * @param span the frames for which its expressions are needed.
 */
export function transformOf(placement: Placement, span: FrameSpan): Transform {
  const { width, height, x, y, scaleX, scaleY, rotation } = placement;
  const [middleX, middleY] = [constantOf(x), constantOf(y)];
  const still = middleX !== null && middleY !== null;
  if (still && constantOf(scaleX) === 1 && constantOf(scaleY) === 1 && constantOf(rotation) === 0) {
    const [left, top] = [Math.round(middleX - width / 2), Math.round(middleY - height / 2)];
    return { width, height, x: () => `${left}`, y: () => `${top}`, still, turned: null };
  }
  const reach = reachOf(placement);
  const [wide, high] = [roomFor(width, reach.x), roomFor(height, reach.y)];
  const shown = shownValues(placement, span);
  return {
    width: wide,
    height: high,
    x: (frame) => edgeOf(shown.x, wide, frame),
    y: (frame) => edgeOf(shown.y, high, frame),
    still,
    turned: {
      left: (wide - width) / 2,
      top: (high - height) / 2,
      isConstant: [x, y, scaleX, scaleY, rotation].every((value) => constantOf(value) !== null),
      corners: (frame) => cornersOf(shown, { width: wide, height: high }, frame),
    },
  };
}

type Values = Pick<Placement, 'x' | 'y' | 'scaleX' | 'scaleY' | 'rotation'>;

function shownValues({ x, y, scaleX, scaleY, rotation }: Values, span: FrameSpan): Values {
  const part = (value: Animated) => within(value, span);
  return { x: part(x), y: part(y), scaleX: part(scaleX), scaleY: part(scaleY), rotation: part(rotation) };
}

/** The whole pixel from which on a picture of this length has a point about in its middle. */
function edgeOf(middle: Animated, length: number, frame: string): string {
  const value = constantOf(middle);
  if (value !== null) return `${Math.floor(value - length / 2)}`;
  return `floor(${expressionOf(middle, frame)}-${length / 2})`;
}

/** A length with the parity of the box's side, so that the box lies in the middle of the picture on whole pixels. */
function roomFor(side: number, reach: number): number {
  const least = Math.max(side + 2, Math.ceil(reach) + 2 * BORDER);
  return least + ((least - side) % 2);
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
  { width, height }: { readonly width: number; readonly height: number },
  frame: string,
): { readonly x: string; readonly y: string }[] {
  // A filter cannot divide by 0: from here on nothing is shown, by looking far beside the box.
  const least = (Math.max(width, height) / FARTHEST).toFixed(9);
  const isUpright = constantOf(values.rotation) === 0;
  // Registers of an expression: 0 and 1 the middle of the box, 2 and 3 its scale, 4 its angle.
  const [x, y] = [middleWithin(values.x, width, frame, 0), middleWithin(values.y, height, frame, 1)];
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
      x: `${[...forX, scaleX].join(';')};${width / 2 - 0.5}+${across}/max(ld(2),${least})+${hidden(2)}`,
      y: `${[...forY, scaleY].join(';')};${height / 2 - 0.5}+${down}/max(ld(3),${least})+${hidden(3)}`,
    };
  });
}

/** Stores where the middle of the box comes to lie in the picture: in its middle, or up to a pixel farther. */
function middleWithin(middle: Animated, length: number, frame: string, register: number): string {
  const value = constantOf(middle);
  if (value !== null) return `st(${register},${(value - Math.floor(value - length / 2)).toFixed(9)})`;
  const stored = `st(${register},${expressionOf(middle, frame)})`;
  return `${stored};st(${register},ld(${register})-floor(ld(${register})-${length / 2}))`;
}
