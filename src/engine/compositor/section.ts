import type { Composition, Transition, VisualClip } from '../../composition/composition.js';

/** Consecutive frames of an output that one command renders. */
export interface Section {
  readonly startFrame: number;
  /** At least 1. */
  readonly frames: number;
}

/** The part of a clip that lies in a section. */
export interface ShownClip {
  readonly clip: VisualClip;
  /** The first frame of the clip that is shown, counted from the clip's own start. */
  readonly fromFrame: number;
  readonly frames: number;
  /** Counted from the section's start. */
  readonly startFrame: number;
  /** A transition to this clip that others of its side began, and the frame of the clip with which it begins, which lies before the clip then. Absent: the clip's own. */
  readonly crossing?: { readonly transition: Transition; readonly sinceFrame: number };
}

/** All frames of a composition. */
export function wholeOf({ frames }: Composition): Section {
  return { startFrame: 0, frames };
}

/** The clips that a section shows, in order. */
export function shownClips(clips: readonly VisualClip[], section: Section): ShownClip[] {
  const end = section.startFrame + section.frames;
  return clips.flatMap((clip) => {
    const from = Math.max(clip.startFrame, section.startFrame);
    const frames = Math.min(clip.startFrame + clip.frames, end) - from;
    if (frames <= 0) return [];
    return [{ clip, fromFrame: from - clip.startFrame, frames, startFrame: from - section.startFrame }];
  });
}
