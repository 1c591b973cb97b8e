import type { AssetRef } from '../asset.js';
import type { TransitionKind, VisualClip } from '../composition.js';
import type { AnimationKind, ClipAnimation } from './timeline.js';

interface Timed {
  readonly animation: ClipAnimation;
  readonly frames: number;
}

const WIPES: { readonly [Kind in AnimationKind]: TransitionKind | null } = {
  FADE: null,
  SLIDE_LEFT: null,
  SLIDE_RIGHT: null,
  SLIDE_UP: null,
  SLIDE_DOWN: null,
  ZOOM: null,
  WIPE_LEFT: 'wipeleft',
  WIPE_RIGHT: 'wiperight',
  WIPE_UP: 'wipeup',
  WIPE_DOWN: 'wipedown',
};

/** Clips in a row that appear or disappear by a wipe: a transition from or to a clip that shows nothing. */
export function wiped(
  clips: readonly VisualClip[],
  { enter, exit }: { readonly enter: Timed | null; readonly exit: Timed | null },
  nothing: () => AssetRef,
): VisualClip[] {
  const [first] = clips;
  const last = clips.at(-1);
  if (!first || !last) return [];
  const wipeIn = enter && WIPES[enter.animation.kind];
  const wipeOut = exit && WIPES[exit.animation.kind];
  const made = [...clips];
  if (enter && wipeIn) {
    made[0] = { ...first, transition: { kind: wipeIn, frames: enter.frames } };
    made.unshift(nothingAt(nothing(), first.startFrame, enter.frames));
  }
  if (exit && wipeOut) {
    const start = last.startFrame + last.frames - exit.frames;
    made.push({
      ...nothingAt(nothing(), start, exit.frames),
      transition: { kind: wipeOut, frames: exit.frames },
    });
  }
  return made;
}

/** A clip of so many frames that shows nothing. @param asset a picture with nothing in it. */
export function nothingAt(asset: AssetRef, startFrame: number, frames: number): VisualClip {
  return {
    asset,
    source: 'image',
    startFrame,
    frames,
    fit: 'FILL',
    transition: null,
    trimStartUs: 0,
    speed: 1,
    effects: [],
    opacity: 1,
  };
}
