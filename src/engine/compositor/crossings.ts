import type { Transition, VisualClip } from '../../composition/composition.js';
import type { ShownClip } from './section.js';

/** The frames of one transition of a layer, counted from the start of the video. */
export interface Crossing {
  readonly transition: Transition;
  readonly startFrame: number;
  readonly endFrame: number;
  /** The place of the first clip that it leads to; those after it are on its other side. */
  readonly to: number;
  /** Where a side of it goes over from one clip to the next: a video that is shorter than its clip begins again or stands there. */
  readonly cuts: readonly number[];
}

/** The transitions of a layer, in order. */
export function crossingsOf(clips: readonly VisualClip[]): Crossing[] {
  return clips.flatMap(({ transition, startFrame }, to) => {
    if (!transition) return [];
    const endFrame = startFrame + transition.frames;
    return [{ transition, startFrame, endFrame, to, cuts: cutsWithin(clips, { startFrame, endFrame, to }) }];
  });
}

function cutsWithin(
  clips: readonly VisualClip[],
  { startFrame, endFrame, to }: Pick<Crossing, 'startFrame' | 'endFrame' | 'to'>,
): number[] {
  const cuts = new Set<number>();
  for (let i = to - 1; (clips[i]?.startFrame ?? 0) > startFrame; i -= 1) cuts.add(clips[i]?.startFrame ?? 0);
  for (let i = to + 1; i < clips.length && clips[i]?.transition === null; i += 1) {
    const cut = clips[i]?.startFrame ?? endFrame;
    if (cut >= endFrame) break;
    cuts.add(cut);
  }
  return [...cuts];
}

/**
 * Clips in the order in which they are joined. A transition whose sides go over from one clip to the next becomes several in a row, each from one clip to one other:
 * every clip is cut where either side goes over.
 * @param shown of the layer `clips`, in order.
 */
export function crossedClips(
  shown: readonly ShownClip[],
  clips: readonly VisualClip[],
  crossings: readonly Crossing[],
): readonly ShownClip[] {
  const divided = crossings.filter(({ cuts }) => cuts.length > 0);
  if (divided.length === 0) return shown;
  const places = new Map(clips.map((clip, place) => [clip, place]));
  const parts = shown.flatMap((one) => {
    const place = places.get(one.clip) ?? 0;
    return cutAt(
      one,
      divided.flatMap(({ cuts }) => cuts),
    ).map((part) => ({ part: withCrossing(part, place, divided), place }));
  });
  // Of two that begin together, the one that is left comes first.
  return parts.sort((a, b) => a.part.startFrame - b.part.startFrame || a.place - b.place).map(({ part }) => part);
}

/** The parts of a clip between frames of the video. */
export function cutAt(shown: ShownClip, frames: readonly number[]): ShownClip[] {
  const { clip, fromFrame } = shown;
  const end = fromFrame + shown.frames;
  const within = frames.map((frame) => frame - clip.startFrame).filter((frame) => frame > fromFrame && frame < end);
  if (within.length === 0) return [shown];
  const edges = [...new Set([fromFrame, ...within, end])].sort((a, b) => a - b);
  return edges.slice(1).map((to, i) => {
    const from = edges[i] ?? fromFrame;
    return { ...shown, fromFrame: from, frames: to - from, startFrame: shown.startFrame + from - fromFrame };
  });
}

/** What is on the other side of a transition, from its first clip or a later one, says since when that goes on. */
function withCrossing(part: ShownClip, place: number, crossings: readonly Crossing[]): ShownClip {
  const at = part.clip.startFrame + part.fromFrame;
  const crossing = crossings.find(({ startFrame, endFrame, to }) => place >= to && at >= startFrame && at < endFrame);
  if (!crossing) return part;
  const { transition, startFrame } = crossing;
  return { ...part, crossing: { transition, sinceFrame: startFrame - part.clip.startFrame } };
}
