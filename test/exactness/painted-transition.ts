import type { Place, Rgb, Shade, Size, TransitionKind } from './shapes.js';

/** Two pictures of a canvas, of which the second takes the place of the first. */
interface Crossing {
  readonly at: Place;
  readonly size: Size;
  readonly from: (place: Place) => Shade;
  readonly to: (place: Place) => Shade;
}

/**
 * What is seen at a place of the canvas in a transition, by what the names of `xfade` mean: a wipe has an edge that moves over the canvas, the way of its name; a slide pushes the first
 * picture out that way; a circle opens from the middle, or closes to it, with an edge as soft as half of a diagonal is long.
 * @param share 0 to 1: how much of its time is over.
 */
export function crossed(kind: TransitionKind, share: number, { at, size, from, to }: Crossing): Shade {
  const [right, down] = [at.x / size.width, at.y / size.height];
  const slid = (isOut: boolean, x: number, y: number): Shade => {
    // The second picture comes along behind the first.
    const [wayX, wayY] = [x * (isOut ? share : share - 1), y * (isOut ? share : share - 1)];
    return (isOut ? from : to)({ x: at.x - wayX * size.width, y: at.y - wayY * size.height });
  };
  switch (kind) {
    case 'fade':
      return mixed(from(at), to(at), share);
    case 'wipeleft':
      return right < 1 - share ? from(at) : to(at);
    case 'wiperight':
      return right < share ? to(at) : from(at);
    case 'wipeup':
      return down < 1 - share ? from(at) : to(at);
    case 'wipedown':
      return down < share ? to(at) : from(at);
    case 'slideleft':
      return slid(right < 1 - share, -1, 0);
    case 'slideright':
      return slid(right >= share, 1, 0);
    case 'slideup':
      return slid(down < 1 - share, 0, -1);
    case 'slidedown':
      return slid(down >= share, 0, 1);
    case 'circleopen':
      return mixed(to(at), from(at), smooth(fromMiddle(at, size) + 3 * (0.5 - share)));
    case 'circleclose':
      return mixed(from(at), to(at), smooth(fromMiddle(at, size) + 3 * (share - 0.5)));
  }
}

/** 0 in the middle, 1 in the corners. */
function fromMiddle({ x, y }: Place, { width, height }: Size): number {
  return Math.hypot(x - width / 2, y - height / 2) / Math.hypot(width / 2, height / 2);
}

/** From 0 to 1 without a bend at either end. */
function smooth(value: number): number {
  const share = Math.min(1, Math.max(0, value));
  return share * share * (3 - 2 * share);
}

/** Nothing has no colour: each counts as much as there is of it. */
function mixed(one: Shade, other: Shade, share: number): Shade {
  const [part, otherPart] = [one.alpha * (1 - share), other.alpha * share];
  const alpha = part + otherPart;
  if (alpha === 0) return { color: [0, 0, 0], alpha: 0 };
  const of = (c: 0 | 1 | 2) => (one.color[c] * part + other.color[c] * otherPart) / alpha;
  const color: Rgb = [of(0), of(1), of(2)];
  return { color, alpha };
}
