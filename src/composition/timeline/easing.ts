/** How a value gets from one keyframe to the next, by the words of CSS Easing Functions Level 1. */
export type Easing =
  | { readonly kind: 'LINEAR' }
  | { readonly kind: 'STEP_START' }
  | { readonly kind: 'STEP_END' }
  | { readonly kind: 'BEZIER'; readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };

const bezier = (x1: number, y1: number, x2: number, y2: number): Easing => ({ kind: 'BEZIER', x1, y1, x2, y2 });

/** Every easing that has a name of its own. */
export const NAMED_EASINGS = {
  linear: { kind: 'LINEAR' },
  ease: bezier(0.25, 0.1, 0.25, 1),
  'ease-in': bezier(0.42, 0, 1, 1),
  'ease-out': bezier(0, 0, 0.58, 1),
  'ease-in-out': bezier(0.42, 0, 0.58, 1),
  'step-start': { kind: 'STEP_START' },
  'step-end': { kind: 'STEP_END' },
} as const satisfies Readonly<Record<string, Easing>>;

export const LINEAR: Easing = NAMED_EASINGS.linear;

/** Halvings of an interval of 1 until no double lies within. */
const BISECTIONS = 60;

/** The share of the way at a share of the time, 0 to 1. A Bézier curve may leave 0 to 1 in between. */
export function eased(easing: Easing, time: number): number {
  switch (easing.kind) {
    case 'LINEAR':
      return time;
    case 'STEP_START':
      return 1;
    case 'STEP_END':
      return time >= 1 ? 1 : 0;
    case 'BEZIER': {
      if (time <= 0 || time >= 1) return time <= 0 ? 0 : 1;
      const { x1, y1, x2, y2 } = easing;
      return curve(y1, y2, parameterAt(x1, x2, time));
    }
  }
}

/** The parameter at which a curve whose x never falls has an x. */
function parameterAt(x1: number, x2: number, x: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < BISECTIONS; i += 1) {
    const middle = (low + high) / 2;
    if (curve(x1, x2, middle) < x) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** A cubic Bézier curve from 0 to 1. */
function curve(first: number, second: number, t: number): number {
  const rest = 1 - t;
  return 3 * rest * rest * t * first + 3 * rest * t * t * second + t * t * t;
}
