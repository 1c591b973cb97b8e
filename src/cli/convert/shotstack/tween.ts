import { Keyframe, type Keyframe_Property } from '../../../../generated/cutroom/v1/timeline.js';
import { openSourceList } from '../reader-list.js';
import type { Source } from '../reader.js';
import { durationOf, secondsToNs, VIDEO_TIME } from '../time.js';

/** How a value of the source becomes one here. */
export interface TweenTarget {
  readonly property: Keyframe_Property;
  /** Frames per second: keyframes are a frame apart at least. */
  readonly rate: number;
  readonly to: (value: number) => number;
}

/** A value that may move. */
export interface Tweened {
  /** While it stands still. Undefined: it is not said, or it moves. */
  readonly value: number | undefined;
  readonly keyframes: Keyframe[];
}

/** CSS names of the easings of a tween. */
const EASINGS: Readonly<Record<string, string>> = {
  ease: 'ease',
  easeIn: 'ease-in',
  easeOut: 'ease-out',
  easeInOut: 'ease-in-out',
  easeInQuad: 'cubic-bezier(0.11, 0, 0.5, 0)',
  easeInCubic: 'cubic-bezier(0.32, 0, 0.67, 0)',
  easeInQuart: 'cubic-bezier(0.5, 0, 0.75, 0)',
  easeInQuint: 'cubic-bezier(0.64, 0, 0.78, 0)',
  easeInSine: 'cubic-bezier(0.12, 0, 0.39, 0)',
  easeInExpo: 'cubic-bezier(0.7, 0, 0.84, 0)',
  easeInCirc: 'cubic-bezier(0.55, 0, 1, 0.45)',
  easeOutQuad: 'cubic-bezier(0.5, 1, 0.89, 1)',
  easeOutCubic: 'cubic-bezier(0.33, 1, 0.68, 1)',
  easeOutQuart: 'cubic-bezier(0.25, 1, 0.5, 1)',
  easeOutQuint: 'cubic-bezier(0.22, 1, 0.36, 1)',
  easeOutSine: 'cubic-bezier(0.61, 1, 0.88, 1)',
  easeOutExpo: 'cubic-bezier(0.16, 1, 0.3, 1)',
  easeOutCirc: 'cubic-bezier(0, 0.55, 0.45, 1)',
  easeInOutQuad: 'cubic-bezier(0.45, 0, 0.55, 1)',
  easeInOutCubic: 'cubic-bezier(0.65, 0, 0.35, 1)',
  easeInOutQuart: 'cubic-bezier(0.76, 0, 0.24, 1)',
  easeInOutQuint: 'cubic-bezier(0.83, 0, 0.17, 1)',
  easeInOutSine: 'cubic-bezier(0.37, 0, 0.63, 1)',
  easeInOutExpo: 'cubic-bezier(0.87, 0, 0.13, 1)',
  easeInOutCirc: 'cubic-bezier(0.85, 0, 0.15, 1)',
};

const INTERPOLATIONS: Readonly<Record<string, string>> = { linear: '', bezier: 'ease', constant: 'step-end' };

/** A field that is a number, or a list of tweens, which become keyframes. */
export function tweened(source: Source, key: string, { property, rate, to }: TweenTarget): Tweened {
  const tweens = openSourceList(source, key);
  if (!tweens) {
    const value = source.number(key);
    return { value: value === undefined ? undefined : to(value), keyframes: [] };
  }
  const frameNs = secondsToNs(1 / rate) + 1n;
  const keyframes: Keyframe[] = [];
  let lastNs: bigint | undefined;
  let last: number | undefined;
  const add = (ns: bigint, value: number, easing: string) => {
    const timeNs = lastNs === undefined || ns >= lastNs + frameNs ? ns : lastNs + frameNs;
    keyframes.push(Keyframe.fromPartial({ property, time: durationOf(timeNs), value: to(value), easing }));
    [lastNs, last] = [timeNs, value];
  };
  for (const tween of tweens) {
    const startNs = tween.time('start', VIDEO_TIME) ?? 0n;
    const lengthNs = tween.time('length', VIDEO_TIME) ?? 0n;
    const from = tween.number('from');
    const end = tween.number('to') ?? from;
    if (end === undefined) {
      tween.leaveOut('needs `from` and `to`; it is left out');
      continue;
    }
    const first = from ?? last ?? end;
    // A tween that goes on where the one before it ended needs no keyframe of its own.
    if (last !== first || lastNs === undefined || lastNs < startNs)
      add(startNs, first, lastNs === undefined ? '' : 'step-end');
    const interpolation = tween.word('interpolation', INTERPOLATIONS) ?? '';
    const easing = tween.word('easing', EASINGS) ?? interpolation;
    if (lengthNs > 0n) add(startNs + lengthNs, end, easing);
  }
  return { value: undefined, keyframes };
}
