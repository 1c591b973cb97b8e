import type { Animated, Keyframe } from '../../composition/animated.js';

/**
 * A value as an expression of ffmpeg in the filter's variable for the frame or sample number. Keyframes become a tree that halves them at
 * each step: ffmpeg's parser gives up at a depth of 100, which a sum or a chain of `if` reaches with 100 keyframes, a tree never.
 */
export function expressionOf(value: Animated, variable: string): string {
  if (typeof value === 'number') return decimal(value);
  return between(value, variable);
}

/** The number of a clip's frame, in a filter that counts from the first frame that is shown of it. */
export function frameVariable(variable: string, fromFrame: number): string {
  return fromFrame === 0 ? variable : `(${variable}+${fromFrame})`;
}

/** @param keys at least one. Left of the first and right of the last the value stands still. */
function between(keys: readonly Keyframe[], variable: string): string {
  const [first] = keys;
  const last = keys.at(-1);
  if (!first || !last) throw new RangeError('keyframes need a key');
  if (keys.length === 1) return decimal(first.value);
  if (keys.length === 2) return ramp(first, last, variable);
  const middle = keys.length >> 1;
  const at = keys[middle]?.at ?? 0;
  return `if(lt(${variable},${at}),${between(keys.slice(0, middle + 1), variable)},${between(keys.slice(middle), variable)})`;
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
