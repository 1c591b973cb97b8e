import type { Animated, Keyframe } from '../animated.js';
import { framesOf, type Rational } from '../frame-grid.js';
import { eased, LINEAR } from './easing.js';
import type { Keyed } from './timeline.js';

/** A value over the frames of a clip. Between two knots it changes evenly; before the first and after the last it stands still. */
export interface Curve {
  /** Frames in order, of sound also times between them; none for a value that never changes. */
  readonly knots: readonly number[];
  readonly at: (frame: number) => number;
}

/** A span of frames, both included. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** So many frames of a curved movement have a key of their own; of a longer one (20 s at 30 frames per second) the keys are spread evenly. */
const MAX_SAMPLES = 600;

/** The most keys of a value with many curved movements. */
const MAX_KEYS = 6_000;

export function constant(value: number): Curve {
  return { knots: [], at: () => value };
}

/** A long video has thousands of clips that do not move. */
export function isConstant({ knots }: Curve): boolean {
  return knots.length === 0;
}

/**
 * Keyframes as a curve. A segment that is not even has a knot on each frame.
 * @param step how long a step takes at most, in frames: pictures have no moment between two frames, sound has.
 */
export function curveOf(keyed: Keyed, rate: Rational, step = 1): Curve {
  if (typeof keyed === 'number') return constant(keyed);
  const keys = keyed.map(({ us, value, easing }) => ({ frame: framesOf(us, rate), value, easing }));
  // Of all segments together, so that a thousand keyframes do not make a million keys.
  const share = Math.min(1, MAX_KEYS / Math.max(1, (keys.at(-1)?.frame ?? 0) - (keys[0]?.frame ?? 0)));
  const knots = keys.flatMap(({ frame, easing }, i) => {
    const before = keys[i - 1];
    if (!before || easing.kind === 'LINEAR') return [frame];
    // A step at the start ends the even segment before it just as early.
    const early = easing.kind === 'STEP_START' ? [before.frame - step] : [];
    if (easing.kind !== 'BEZIER') return [...early, ...stepKnots({ from: before.frame, to: frame }, step)];
    return samples({ from: before.frame, to: frame }, share);
  });
  const at = (frame: number): number => {
    const next = firstAfter(keys, frame);
    const [from, to] = [keys[next - 1], keys[next]];
    if (!from) return to?.value ?? 0;
    if (!to) return from.value;
    const share = eased(to.easing, (frame - from.frame) / (to.frame - from.frame));
    return from.value + (to.value - from.value) * share;
  };
  return { knots: inOrder(knots), at };
}

/** From 0 to 1 over the first frames of a clip; 1 from `frames` on. */
export function rise(frames: number, easing = LINEAR): Curve {
  const span = { from: 0, to: frames };
  const knots = easing.kind === 'LINEAR' ? [0, frames] : easing.kind === 'BEZIER' ? samples(span) : stepKnots(span);
  return { knots, at: (frame) => eased(easing, Math.min(1, Math.max(0, frame / frames))) };
}

/** The curve `by` frames later. */
export function delayed(curve: Curve, by: number): Curve {
  return { knots: curve.knots.map((knot) => knot + by), at: (frame) => curve.at(frame - by) };
}

/** A linear function of curves: it has a knot where one of them has. */
export function mapped(curves: readonly Curve[], value: (...values: number[]) => number): Curve {
  if (curves.every(isConstant)) return constant(value(...curves.map((curve) => curve.at(0))));
  return {
    knots: inOrder(curves.flatMap(({ knots }) => knots)),
    at: (frame) => value(...curves.map((curve) => curve.at(frame))),
  };
}

/** A product, or anything else that is not linear where several of the curves move: it has a knot on each frame there. */
export function combined(curves: readonly Curve[], value: (...values: number[]) => number): Curve {
  const moving = curves.filter(({ knots }) => knots.length > 1);
  const together = moving.flatMap((curve, i) => moving.slice(i + 1).flatMap((other) => shared(curve, other)));
  const linear = mapped(curves, value);
  return { ...linear, knots: inOrder([...linear.knots, ...together.flatMap((span) => samples(span))]) };
}

/** The least and the largest value of the frames 0 to `frames` - 1. */
export function extremesOf(curve: Curve, frames: number): { readonly least: number; readonly largest: number } {
  if (isConstant(curve)) return { least: curve.at(0), largest: curve.at(0) };
  const values = keysOf(curve, frames).map(({ value }) => value);
  return values.reduce(
    ({ least, largest }, value) => ({ least: Math.min(least, value), largest: Math.max(largest, value) }),
    { least: Infinity, largest: -Infinity },
  );
}

/** The keyframes of a clip of so many frames. */
export function animatedOf(curve: Curve, frames: number): Animated {
  if (isConstant(curve)) return curve.at(0) + 0;
  const keys = keysOf(curve, frames);
  const [first, ...rest] = withoutStills(keys);
  return first ? [first, ...rest] : (keys[0]?.value ?? 0);
}

function keysOf({ knots, at }: Curve, frames: number): Keyframe[] {
  const within = knots.filter((knot) => knot > 0 && knot < frames - 1);
  return inOrder([0, ...within, Math.max(0, frames - 1)]).map((frame) => ({ at: frame, value: at(frame) + 0 }));
}

/** Without keys whose neighbours have the same value: none is left of a value that stands still. */
function withoutStills(keys: readonly Keyframe[]): Keyframe[] {
  return keys.filter(({ value }, i) => {
    const [before, after] = [keys[i - 1] ?? { value }, keys[i + 1] ?? { value }];
    return before.value !== value || after.value !== value;
  });
}

/** The spans in which both curves move. */
function shared(a: Curve, b: Curve): Span[] {
  const from = Math.max(a.knots[0] ?? 0, b.knots[0] ?? 0);
  const to = Math.min(a.knots.at(-1) ?? 0, b.knots.at(-1) ?? 0);
  return from < to ? [{ from, to }] : [];
}

/** Every frame of a span, or so many of them. @param share of the frames. */
function samples({ from, to }: Span, share = 1): number[] {
  const count = Math.max(1, Math.min(Math.ceil((to - from) * share), MAX_SAMPLES));
  return Array.from({ length: count + 1 }, (_, i) => from + Math.round(((to - from) * i) / count));
}

/** The times between which a step changes. */
function stepKnots({ from, to }: Span, step = 1): number[] {
  return [from, Math.max(from, to - step), to];
}

function inOrder(frames: readonly number[]): number[] {
  return [...new Set(frames)].sort((a, b) => a - b);
}

/** The place of the first key after a frame. */
function firstAfter(keys: readonly { readonly frame: number }[], frame: number): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle]?.frame ?? 0) <= frame) low = middle + 1;
    else high = middle;
  }
  return low;
}
