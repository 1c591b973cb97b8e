import type { AssetRef } from '../asset.js';
import type { Placement, TransitionKind, VisualClip } from '../composition.js';
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
    made.unshift(nothingBeside(first, nothing(), first.startFrame, enter.frames));
  }
  if (exit && wipeOut) {
    const before = wipeIn ? enter.frames : (first.transition?.frames ?? 0);
    // Their times fit into the clip; each by itself is rounded to frames, and both together may be one too many.
    const free = clips.reduce((sum, { frames }) => sum + frames, 0) - before;
    const frames = Math.min(exit.frames, free);
    if (frames < 1) return made;
    const beside = nothingBeside(last, nothing(), last.startFrame + last.frames - frames, frames);
    made.push({ ...beside, transition: { kind: wipeOut, frames } });
  }
  return made;
}

/** Shows nothing, and can be joined to a clip. */
function nothingBeside({ placement }: VisualClip, asset: AssetRef, startFrame: number, frames: number): VisualClip {
  const nothing = nothingAt(asset, startFrame, frames);
  if (!placement || placement.blend === 'NORMAL') return nothing;
  return { ...nothing, placement: { ...SPECK, blend: placement.blend } };
}

/** Somewhere in the frame, as large as a picture with nothing in it. */
const SPECK: Omit<Placement, 'blend'> = {
  width: 2,
  height: 2,
  x: 1,
  y: 1,
  scaleX: 1,
  scaleY: 1,
  rotation: 0,
  flipHorizontal: false,
  flipVertical: false,
  focus: { x: 0.5, y: 0.5 },
};

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
