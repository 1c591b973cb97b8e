import { isAlways } from '../../composition/animated.js';
import { makesHoles } from '../../composition/clip-effect.js';
import type { BlendMode, ClipLayer, VisualClip } from '../../composition/composition.js';
import { clipChains, type FinishedClip } from './clips.js';
import { type Crossing, crossedClips, crossingsOf, cutAt } from './crossings.js';
import { blendOf, joinRun, runsOf } from './joins.js';
import type { Area } from './placement/blend.js';
import { layOnNothing } from './placement/lay.js';
import { placedClip } from './placement/placed-clip.js';
import { transformOf, type Transform } from './placement/transform.js';
import { shownClips, type Section, type ShownClip } from './section.js';
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

/** The pieces of a layer that a section shows, in order. */
export interface PreparedLayer {
  readonly chains: readonly string[];
  readonly pieces: readonly Piece[];
}

interface LayerPlace {
  readonly section: Section;
  /** The part of the canvas that is shown. */
  readonly area: Area;
  /** Whether layers are mixed in full colour resolution. */
  readonly full: boolean;
}

/** The settings of a layer's clips, and the format that its pieces need at least. What is done to a clip is decided by the whole layer, so that every section of the video does the same. */
export interface LayerForm {
  readonly stage: Stage;
  readonly format: ClipFormat;
}

/**
 * @param isOnBackground whether the background is right below it, and opaque.
 * @param stageOf the stage of this layer's clips for a ground.
 */
export function formOf(
  { clips }: ClipLayer,
  isOnBackground: boolean,
  stageOf: (ground: Stage['ground']) => Stage,
): LayerForm {
  const isSolid = isOnBackground && clips.every(isOpaque);
  const stage = stageOf(isSolid ? 'background' : 'transparent');
  const format = commonFormat(
    clips.map((clip, i) => (clip.placement ? placedFormat(clip, clips[i + 1]) : clipFormat(clip, stage))),
  );
  return { stage, format };
}

/** A blend mode is RGB's matter, and what is in a transition is laid on a frame with colours for each pixel. */
function placedFormat({ placement, transition }: VisualClip, next: VisualClip | undefined): ClipFormat {
  const isJoined = transition !== null || (next?.transition ?? null) !== null;
  return isJoined || placement?.blend !== 'NORMAL' ? 'yuva444p' : 'yuva420p';
}

/**
 * Makes the clips of a layer ready to be laid down. A placed clip is a piece by itself, in its own size; only one that is in a transition is laid on a
 * frame first.
 */
export function prepareLayer(
  { clips }: ClipLayer,
  { stage, format }: LayerForm,
  { section, area, full }: LayerPlace,
): PreparedLayer {
  const halved = !full;
  // With alpha only what is in a transition is laid on whole frames and multiplied: outside of it that would cost as much for nothing.
  const crossings = crossingsOf(clips);
  const parts = crossedClips(shownClips(clips, section), clips, crossings).flatMap((one) =>
    format === 'yuv420p' ? [{ ...one, isLinked: false }] : partsOf(one, crossings),
  );
  const plain = clipChains(
    parts.filter(({ clip }) => !clip.placement),
    stage,
  );
  const chains = [...plain.chains];
  const inRuns: FinishedClip[] = [...plain.clips];
  const pieces: Piece[] = [];
  parts.forEach((one, i) => {
    const { placement } = one.clip;
    if (!placement) return;
    // One in a transition is needed nevertheless.
    if (!one.isLinked && isOutside(transformOf(placement, one, { halved }), area)) return;
    const placed = placedClip(one, placement, { name: `${stage.name}p${i}`, halved }, stage);
    const { transform, pad } = placed;
    chains.push(...placed.chains);
    if (!one.isLinked) {
      const { startFrame, frames, fromFrame } = one;
      pieces.push({ pad, format, startFrame, frames, blend: placement.blend, place: { transform, fromFrame } });
      return;
    }
    const framed = `${stage.name}q${i}`;
    chains.push(...layOnNothing({ ...one, from: pad, to: framed, transform }, stage));
    inRuns.push({ shown: one, pad: framed, format: 'yuva444p' });
  });
  const order = new Map<ShownClip, number>(parts.map((one, i) => [one, i]));
  inRuns.sort((one, other) => (order.get(one.shown) ?? 0) - (order.get(other.shown) ?? 0));
  const linked = new Set<ShownClip>(parts.filter((one) => one.isLinked));
  const isLinked = ({ shown }: FinishedClip) => linked.has(shown);
  const runs = [
    ...runsOf(inRuns.filter(isLinked)).map((run) => ({ run, premultiply: true })),
    ...runsOf(inRuns.filter((finished) => !isLinked(finished))).map((run) => ({ run, premultiply: false })),
  ];
  runs.forEach(({ run, premultiply }, i) => {
    const video = joinRun(run, { name: `${stage.name}r${i}`, rate: stage.rate, format, premultiply });
    chains.push(...video.chains);
    const { startFrame, frames } = run;
    pieces.push({ pad: video.pad, format, startFrame, frames, blend: blendOf(run.clips[0]?.shown.clip), place: null });
  });
  return { chains, pieces: pieces.sort((a, b) => a.startFrame - b.startFrame) };
}

function isOpaque({ opacity, placement, effects }: VisualClip): boolean {
  return isAlways(opacity, 1) && !placement && !makesHoles(effects);
}

/** A stretch of a clip that lies in a transition from end to end, or in none. */
interface ClipPart extends ShownClip {
  readonly isLinked: boolean;
}

/** A clip, where transitions begin and end. */
function partsOf(shown: ShownClip, crossings: readonly Crossing[]): ClipPart[] {
  const edges = crossings.flatMap(({ startFrame, endFrame }) => [startFrame, endFrame]);
  return cutAt(shown, edges).map((part) => {
    const at = part.clip.startFrame + part.fromFrame;
    return { ...part, isLinked: crossings.some(({ startFrame, endFrame }) => at >= startFrame && at < endFrame) };
  });
}

/** Whether nothing of a clip is ever seen. */
function isOutside({ still, width, height, x, y }: Transform, area: Area): boolean {
  if (!still) return false;
  const [left, top] = [Number(x('0')) - area.left, Number(y('0')) - area.top];
  return left >= area.width || top >= area.height || left + width <= 0 || top + height <= 0;
}
