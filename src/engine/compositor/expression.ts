import type { Animated, Keyframe } from '../../composition/animated.js';

/**
 * A value as an expression of ffmpeg in the filter's variable for the frame or sample number, a whole number. Keyframes become a tree that halves them at
 * each step: ffmpeg's parser gives up at a depth of 100, which a sum or a chain of `if` reaches with 100 keyframes, a tree never.
 */
export function expressionOf(value: Animated, variable: string): string {
  if (typeof value === 'number') return decimal(value);
  return between(value, { variable, isBounded: false });
}

/** The number of a clip's frame, in a filter that counts from the first frame that is shown of it. */
export function frameVariable(variable: string, fromFrame: number): string {
  if (fromFrame === 0) return variable;
  return `(${variable}${fromFrame < 0 ? '-' : '+'}${Math.abs(fromFrame)})`;
}

/** Frames of a clip, counted from its own start. */
export interface FrameSpan {
  readonly fromFrame: number;
  readonly frames: number;
}

/**
 * The same value in the frames of a span, by the keyframes that matter there: the value of each frame lies between the same two as before, so that it is the same
 * to the last digit. Some filters read their expressions anew in every frame, which takes about a millisecond for 1,000 letters.
 */
export function within(value: Animated, { fromFrame, frames }: FrameSpan): Animated {
  if (typeof value === 'number' || value.length <= 2) return value;
  const last = value.length - 1;
  const before = value.findLastIndex(({ at }) => at <= fromFrame);
  const after = value.findIndex(({ at }) => at > fromFrame + frames - 1);
  const start = Math.min(Math.max(0, before), last - 1);
  const end = after < 0 ? last : Math.max(after, start + 1);
  const [first, ...rest] = value.slice(start, end + 1);
  return first ? [first, ...rest] : value;
}

interface KeyRange {
  readonly variable: string;
  /** Whether the variable is always less than the last key. */
  readonly isBounded: boolean;
}

/** @param keys at least one. Left of the first and right of the last the value stands still. */
function between(keys: readonly Keyframe[], range: KeyRange): string {
  const { variable, isBounded } = range;
  const [first, second] = keys;
  const last = keys.at(-1);
  if (!first || !last) throw new RangeError('keyframes need a key');
  if (!second) return decimal(first.value);
  if (keys.length > 2) {
    const middle = keys.length >> 1;
    const at = keys[middle]?.at ?? 0;
    const low = between(keys.slice(0, middle + 1), { variable, isBounded: true });
    return `if(lt(${variable},${at}),${low},${between(keys.slice(middle), range)})`;
  }
  // No whole number lies between the two.
  if (isBounded && second.at - first.at === 1) return decimal(first.value);
  return ramp(first, last, variable);
}

function ramp(from: Keyframe, to: Keyframe, variable: string): string {
  if (from.value === to.value) return decimal(from.value);
  const length = Math.max(1, to.at - from.at);
  const since = from.at === 0 ? variable : `(${variable}-${from.at})`;
  return `(${decimal(from.value)}+${decimal(to.value - from.value)}*clip(${since}/${length},0,1))`;
}

/** Never in exponential form, which ends a number early for some of ffmpeg's options. */
function decimal(value: number): string {
  return value.toFixed(9).replace(/\.?0+$/, '');
}
