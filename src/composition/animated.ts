/** A value at a moment of a clip. */
export interface Keyframe {
  /** From the clip's start: a frame of the output's grid for images and videos, a sample for audio. */
  readonly at: number;
  readonly value: number;
}

/** At least one, in rising order of `at`. Between two the value changes evenly; before the first and after the last it stands still. */
export type Keyframes = readonly [Keyframe, ...Keyframe[]];

/** A value that may change over a clip. */
export type Animated = number | Keyframes;

/** Whether the value never differs from `constant`. */
export function isAlways(value: Animated, constant: number): boolean {
  return typeof value === 'number' ? value === constant : value.every((key) => key.value === constant);
}

/** The value at a frame or sample of the clip. */
export function valueAt(value: Animated, at: number): number {
  if (typeof value === 'number') return value;
  let before = value[0];
  for (const key of value) {
    if (key.at > at) {
      const share = key.at === before.at ? 1 : Math.max(0, (at - before.at) / (key.at - before.at));
      return before.value + (key.value - before.value) * share;
    }
    before = key;
  }
  return before.value;
}
