import { isAlways } from '../../composition/animated.js';
import { captionLayers, visualClips, type Composition, type VisualClip } from '../../composition/composition.js';
import type { ClipEffect } from '../../composition/clip-effect.js';
import { framesOf } from '../../composition/frame-grid.js';
import type { Section } from '../compositor/section.js';

/** Frames in which one clip of a video is seen and nothing else, at its own speed. */
export interface UntouchedSpan extends Section {
  readonly clip: VisualClip;
}

/** A place at which something begins or ends to be seen. */
interface Edge {
  readonly frame: number;
  readonly begins: boolean;
  /** Null: captions, or an effect. */
  readonly clip: VisualClip | null;
}

/** The spans of a range, in order. Whether a clip fills the frame and has its size is not looked at. Pure. */
export function untouchedSpans(composition: Composition, range: Section): UntouchedSpan[] {
  if (composition.crop) return [];
  const edges = edgesOf(composition).sort((a, b) => a.frame - b.frame);
  const end = range.startFrame + range.frames;
  const seen = new Set<VisualClip>();
  const spans: UntouchedSpan[] = [];
  let [touches, from] = [0, range.startFrame];
  for (const { frame, begins, clip } of [...edges, { frame: end, begins: false, clip: null }]) {
    const until = Math.min(frame, end);
    const [alone] = seen;
    if (until > from && touches === 0 && seen.size === 1 && alone && isPlain(alone)) add(spans, alone, from, until);
    from = Math.max(from, until);
    if (clip === null) touches += begins ? 1 : -1;
    else if (begins) seen.add(clip);
    else seen.delete(clip);
  }
  return spans;
}

function add(spans: UntouchedSpan[], clip: VisualClip, startFrame: number, endFrame: number): void {
  const last = spans.at(-1);
  const goesOn = last?.clip === clip && last.startFrame + last.frames === startFrame;
  if (goesOn) spans[spans.length - 1] = { ...last, frames: endFrame - last.startFrame };
  else spans.push({ clip, startFrame, frames: endFrame - startFrame });
}

function isPlain({ source, speed, opacity, placement, frozen, backwardsFrom }: VisualClip): boolean {
  return (
    source === 'video' && speed === 1 && !frozen && backwardsFrom === undefined && !placement && isAlways(opacity, 1)
  );
}

/** Of effects and captions with a frame more on each side, whatever way times are rounded. */
function edgesOf(composition: Composition): Edge[] {
  const { frameRate } = composition;
  const span = (startFrame: number, endFrame: number, clip: VisualClip | null): Edge[] => [
    { frame: startFrame, begins: true, clip },
    { frame: endFrame, begins: false, clip },
  ];
  return [
    ...visualClips(composition).flatMap((clip) => [
      ...span(clip.startFrame, clip.startFrame + clip.frames, clip),
      ...clip.effects.flatMap((effect) => {
        const { from, frames } = reachOf(effect, clip.frames);
        return span(clip.startFrame + from - 1, clip.startFrame + from + frames + 1, null);
      }),
    ]),
    ...captionLayers(composition).flatMap(({ cues }) =>
      cues.flatMap(({ startUs, endUs }) =>
        span(framesOf(startUs, frameRate) - 1, framesOf(endUs, frameRate) + 1, null),
      ),
    ),
  ];
}

/** The frames of a clip that an effect changes. */
function reachOf(effect: ClipEffect, clipFrames: number): { readonly from: number; readonly frames: number } {
  switch (effect.kind) {
    case 'FADE_IN':
    case 'SLIDE_IN':
      return { from: 0, frames: Math.min(clipFrames, effect.frames) };
    case 'FADE_OUT':
    case 'SLIDE_OUT': {
      const frames = Math.min(clipFrames, effect.frames);
      return { from: clipFrames - frames, frames };
    }
    case 'ZOOM':
    case 'VIEW':
    case 'BLUR':
    case 'COLOR':
    case 'LUT':
    case 'CHROMA_KEY':
      return { from: 0, frames: clipFrames };
  }
}
