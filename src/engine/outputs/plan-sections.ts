import { captionLayers, visualClips, type Composition, type VisualClip } from '../../composition/composition.js';
import { framesOf } from '../../composition/frame-grid.js';
import type { KnownMedia } from '../compositor/render-plan.js';
import type { Section } from '../compositor/section.js';

/**
 * Lengths of sections, in seconds. Shorter ones cost size (2 s: up to 10 %), since each begins with a key frame and its encoder knows nothing of the
 * others; from 5 s on that is within 4 % (measured, November 2026). A video up to `WHOLE` is made by one command. `LONG_GROUP`: so far apart key frames may lie.
 */
const SECONDS = { LEAST: 5, IDEAL: 8, MOST: 10, WHOLE: 12, LONG_GROUP: 5 } as const;

/** The most clips that one command shows: each is a decoder with frames of its own. */
const MOST_CLIPS = 8;

/**
 * Divides a video into sections, each to be rendered by a command of its own that opens only the clips that it shows: memory does not grow with the video,
 * and sections can be made at the same time. Cuts lie at the beginnings and ends of clips where one is near, and where little must be decoded again.
 * @param canCutWithin whether the middle of a clip can be found without decoding all before it.
 */
export function planSections(composition: Composition, canCutWithin: (clip: VisualClip) => boolean): Section[] {
  const clips = visualClips(composition).sort((a, b) => a.startFrame - b.startFrame);
  const stacked = stackedCues(composition);
  const sections: Section[] = [];
  let first = 0;
  for (let startFrame = 0; startFrame < composition.frames;) {
    while (endsBy(clips[first], startFrame)) first += 1;
    const end = endOf(startFrame, composition, { clips: clips.slice(first), stacked, canCutWithin });
    sections.push({ startFrame, frames: end - startFrame });
    startFrame = end;
  }
  return sections;
}

interface Obstacles {
  /** Those that may be shown from the section's start on, by their beginnings. */
  readonly clips: readonly VisualClip[];
  readonly stacked: readonly Span[];
  readonly canCutWithin: (clip: VisualClip) => boolean;
}

/** Frames from `startFrame` up to `endFrame`. */
interface Span {
  readonly startFrame: number;
  readonly endFrame: number;
}

function endOf(start: number, { frames, frameRate }: Composition, { clips, stacked, canCutWithin }: Obstacles): number {
  const framesIn = (seconds: number) => Math.max(1, Math.round((seconds * frameRate.num) / frameRate.den));
  const rest = frames - start;
  const near = clipsWithin(clips, start, start + framesIn(SECONDS.WHOLE));
  // So many layers at one time leave no choice.
  const tooMany = near[MOST_CLIPS]?.startFrame ?? frames;
  const limit = tooMany <= start ? frames : tooMany;
  if (limit >= frames && rest <= framesIn(SECONDS.WHOLE)) return frames;
  const highest = Math.min(start + framesIn(SECONDS.MOST), limit);
  const lowest = Math.min(start + framesIn(SECONDS.LEAST), highest);
  // The last two are about equal, so that none is short.
  const ideal = start + (rest <= framesIn(2 * SECONDS.MOST) ? Math.ceil(rest / 2) : framesIn(SECONDS.IDEAL));
  const uncuttable = near.filter((clip) => !canCutWithin(clip));
  const isAllowed = (frame: number) => uncuttable.every((clip) => frame <= clip.startFrame || frame >= endFrame(clip));
  const price = (frame: number) =>
    decodedTwice(frame, near, framesIn(SECONDS.LONG_GROUP)) +
    Math.abs(frame - ideal) / 8 +
    (stacked.some((span) => frame > span.startFrame && frame < span.endFrame) ? framesIn(SECONDS.MOST) : 0);
  const cheapest = [
    Math.min(Math.max(ideal, lowest), highest),
    ...edgesOf(near),
    ...stacked.flatMap((span) => [span.startFrame, span.endFrame]),
  ]
    .filter((frame) => frame >= lowest && frame <= highest && isAllowed(frame))
    .sort((a, b) => price(a) - price(b))[0];
  return cheapest ?? firstAllowed(start, clips, canCutWithin) ?? frames;
}

/** The first place after a frame that is within no clip that cannot be cut. */
function firstAllowed(
  start: number,
  clips: readonly VisualClip[],
  canCutWithin: (clip: VisualClip) => boolean,
): number | undefined {
  const uncuttable = clips.filter((clip) => !canCutWithin(clip));
  let reached = start + 1;
  for (const clip of uncuttable) if (clip.startFrame < reached) reached = Math.max(reached, endFrame(clip));
  return edgesOf(clips)
    .filter((frame) => frame >= reached)
    .sort((a, b) => a - b)
    .find((frame) => uncuttable.every((clip) => frame <= clip.startFrame || frame >= endFrame(clip)));
}

function clipsWithin(clips: readonly VisualClip[], start: number, end: number): VisualClip[] {
  const beyond = clips.findIndex(({ startFrame }) => startFrame >= end);
  return clips.slice(0, beyond < 0 ? undefined : beyond).filter((clip) => !endsBy(clip, start));
}

function edgesOf(clips: readonly VisualClip[]): number[] {
  return clips.flatMap((clip) => [clip.startFrame, endFrame(clip)]);
}

function endsBy(clip: VisualClip | undefined, frame: number): boolean {
  return clip !== undefined && endFrame(clip) <= frame;
}

/** How many frames are decoded again when a section begins here: those from the last key frame on, which is no earlier than the clip. */
function decodedTwice(frame: number, clips: readonly VisualClip[], longGroup: number): number {
  const cut = clips.filter((clip) => clip.source === 'video' && clip.startFrame < frame && endFrame(clip) > frame);
  return cut.reduce((sum, clip) => sum + Math.min(frame - clip.startFrame, longGroup), 0);
}

/**
 * Where a cue is seen that came while another was there: libass has moved it out of the way, and leaves it there when the other ends. A section that begins
 * then would put it in its usual place.
 */
function stackedCues(composition: Composition): Span[] {
  return captionLayers(composition).flatMap(({ cues }) => {
    let reachedUs = 0;
    return cues.flatMap(({ startUs, endUs }) => {
      const isStacked = startUs < reachedUs;
      reachedUs = Math.max(reachedUs, endUs);
      const [startFrame, endFrame] = [startUs, endUs].map((us) => framesOf(us, composition.frameRate)) as [
        number,
        number,
      ];
      return isStacked ? [{ startFrame, endFrame }] : [];
    });
  });
}

/** Cuts within clips where their files allow it. */
export function canCutWithin({ visuals }: Pick<KnownMedia, 'visuals'>): (clip: VisualClip) => boolean {
  return ({ asset, source }) => source === 'image' || visuals.get(asset.uri)?.details.seeking !== 'NONE';
}

function endFrame({ startFrame, frames }: VisualClip): number {
  return startFrame + frames;
}
