/** A value at a moment of a clip. */
export interface Keyframe {
  /** From the clip's start: a frame of the output's grid for images and videos, a sample for audio. */
  readonly at: number;
  readonly value: number;
}

/** At least one, each with a later `at` than the one before. Between two the value changes evenly; before the first and after the last it stands still. */
export type Keyframes = readonly [Keyframe, ...Keyframe[]];

/** A value that may change over a clip. */
export type Animated = number | Keyframes;

/** Whether the value never differs from `constant`. */
export function isAlways(value: Animated, constant: number): boolean {
  return typeof value === 'number' ? value === constant : value.every((key) => key.value === constant);
}

/** The value of what never changes; null: it does. */
export function constantOf(value: Animated): number | null {
  if (typeof value === 'number') return value;
  const [{ value: first }] = value;
  return isAlways(value, first) ? first : null;
}

/** Every value that is given; the values between two keyframes lie between theirs. */
export function valuesOf(value: Animated): readonly number[] {
  return typeof value === 'number' ? [value] : value.map((key) => key.value);
}

/** Whether each keyframe comes after the one before it. */
export function isInOrder(value: Animated): boolean {
  return typeof value === 'number' || value.every(({ at }, i) => i === 0 || at > (value[i - 1]?.at ?? at));
}
