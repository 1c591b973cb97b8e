import { isAlways } from '../../composition/animated.js';
import { makesHoles } from '../../composition/clip-effect.js';
import type { BlendMode, ClipLayer, VisualClip } from '../../composition/composition.js';
import { clipChains, type FinishedClip } from './clips.js';
import { blendOf, joinRun, runsOf } from './joins.js';
import type { Area } from './placement/blend.js';
import { layOnNothing } from './placement/lay.js';
import { placedClip } from './placement/placed-clip.js';
import { transformOf, type Transform } from './placement/transform.js';
import { shownClips, type Section } from './section.js';
import { clipFormat, commonFormat, type ClipFormat, type Stage } from './stage.js';

/** A stretch of a layer as one video, and when and where it lies over the layers below. */
export interface Piece {
  readonly pad: string;
  readonly format: ClipFormat;
  /** Counted from the section's start. */
  readonly startFrame: number;
  readonly frames: number;
  readonly blend: BlendMode;
  /** Null: it is as large as the canvas. */
  readonly place: { readonly transform: Transform; readonly fromFrame: number } | null;
}

/** The pieces of a layer that a section shows, in order, and the format of those that fill the canvas. */
export interface PreparedLayer {
  readonly chains: readonly string[];
  readonly format: ClipFormat;
  readonly pieces: readonly Piece[];
}

interface LayerPlace {
  readonly section: Section;
  /** The part of the canvas that is shown. */
  readonly area: Area;
  readonly isLowest: boolean;
}

/**
 * Makes the clips of a layer ready to be laid down. A placed clip is a piece by itself, in its own size; only one that is in a transition is laid on a
 * frame first. What is done to a clip is decided by the whole layer, so that every section of the video does the same.
 * @param stageOf the stage of this layer's clips for a ground.
 */
export function prepareLayer(
  { clips }: ClipLayer,
  { section, area, isLowest }: LayerPlace,
  stageOf: (ground: Stage['ground']) => Stage,
): PreparedLayer {
  const isSolid = isLowest && clips.every(isOpaque);
  const stage = stageOf(isSolid ? 'background' : 'transparent');
  const format = commonFormat(clips.map((clip) => (clip.placement ? 'yuva444p' : clipFormat(clip, stage))));
  const linked = linkedClips(clips);
  const shown = shownClips(clips, section);
  const plain = clipChains(
    shown.filter(({ clip }) => !clip.placement),
    stage,
  );
  const chains = [...plain.chains];
  const inRuns: FinishedClip[] = [...plain.clips];
  const pieces: Piece[] = [];
  shown.forEach((one, i) => {
    const { placement } = one.clip;
    if (!placement) return;
    const isLinked = linked.has(one.clip);
    // One in a transition is needed nevertheless.
    if (!isLinked && isOutside(transformOf(placement, one), area)) return;
    const placed = placedClip(one, placement, `${stage.name}p${i}`, stage);
    const { transform, pad } = placed;
    chains.push(...placed.chains);
    if (!isLinked) {
      const { startFrame, frames, fromFrame } = one;
      pieces.push({ pad, format, startFrame, frames, blend: placement.blend, place: { transform, fromFrame } });
      return;
    }
    const framed = `${stage.name}q${i}`;
    chains.push(...layOnNothing({ ...one, from: pad, to: framed, transform }, stage));
    inRuns.push({ shown: one, pad: framed, format: 'yuva444p' });
  });
  const premultiply = linked.size > 0 && format !== 'yuv420p';
  runsOf(inRuns.sort((a, b) => a.shown.startFrame - b.shown.startFrame)).forEach((run, i) => {
    const video = joinRun(run, { name: `${stage.name}r${i}`, rate: stage.rate, format, premultiply });
    chains.push(...video.chains);
    const { startFrame, frames } = run;
    pieces.push({ pad: video.pad, format, startFrame, frames, blend: blendOf(run.clips[0]?.shown.clip), place: null });
  });
  return { chains, format, pieces: pieces.sort((a, b) => a.startFrame - b.startFrame) };
}

function isOpaque({ opacity, placement, effects }: VisualClip): boolean {
  return isAlways(opacity, 1) && !placement && !makesHoles(effects);
}

/** The clips on either side of a transition. */
function linkedClips(clips: readonly VisualClip[]): Set<VisualClip> {
  return new Set(clips.filter((clip, i) => clip.transition !== null || clips[i + 1]?.transition));
}

/** Whether nothing of a clip is ever seen. */
function isOutside({ still, width, height, x, y }: Transform, area: Area): boolean {
  if (!still) return false;
  const [left, top] = [Number(x('0')) - area.left, Number(y('0')) - area.top];
  return left >= area.width || top >= area.height || left + width <= 0 || top + height <= 0;
}
