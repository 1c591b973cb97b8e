import { allClips, type Composition, type VisualClip } from '../../composition/composition.js';
import { drawnCaptions } from '../../composition/drawn-captions.js';
import { framesOf, type Rational } from '../../composition/frame-grid.js';
import type { KnownMedia } from '../compositor/render-plan.js';
import { shownClips, type Section } from '../compositor/section.js';

/**
 * Lengths of sections, in seconds. Shorter ones cost size (2 s: up to 10 %), since each begins with a key frame and its encoder knows nothing of the
 * others; from 5 s on that is within 4 % (measured, November 2026). A video up to `WHOLE` is made by one command. `LONG_GROUP`: so far apart key frames may lie. `HELD`: of a clip
 * that plays backwards, whose frames are all in memory: 280 MB of 1080p at 30 frames per second.
 */
const SECONDS = { HELD: 3, LEAST: 5, IDEAL: 8, MOST: 10, WHOLE: 12, LONG_GROUP: 5 } as const;

/**
 * What one command has room for, and what clips take of it: at most six videos, each a decoder with frames of its own (at 1080×1920 they take 430 MB with the encoder, so that two
 * commands stay below 900 MB), or eight images as large as the frame. An image in a box counts as the share of the frame that it fills; `LEAST_SHARE`, since it is an input still.
 */
const ROOM = 24;
const TAKES = { video: 4, image: 3 } as const;
const LEAST_SHARE = 1 / 32;

/**
 * Divides a range of a video into sections, each to be rendered by a command of its own that opens only the clips that it shows: memory does not grow with
 * the video, and sections can be made at the same time. Cuts lie at the beginnings and ends of clips where one is near, and where little must be decoded again.
 * @param canCutWithin whether the middle of a clip can be found without decoding all before it.
 */
export function planSections(
  composition: Composition,
  range: Section,
  canCutWithin: (clip: VisualClip) => boolean,
): Section[] {
  const { frameRate, width, height } = composition;
  const weigh = (clip: VisualClip) => weightOf(clip, width * height);
  const end = range.startFrame + range.frames;
  const clips = clipsIn(composition, range);
  const stacked = stackedCues(composition);
  const sections: Section[] = [];
  let [firstClip, firstStacked] = [0, 0];
  for (let startFrame = range.startFrame; startFrame < end;) {
    while (endsBy(clips[firstClip], startFrame)) firstClip += 1;
    while ((stacked[firstStacked]?.endFrame ?? Infinity) <= startFrame) firstStacked += 1;
    const reach = startFrame + framesIn(SECONDS.MOST, frameRate);
    const beyond = stacked.findIndex((span, i) => i >= firstStacked && span.startFrame >= reach);
    const next = endOf(startFrame, end, {
      frameRate,
      weigh,
      clips: clips.slice(firstClip),
      stacked: stacked.slice(firstStacked, beyond < 0 ? undefined : beyond),
      canCutWithin,
    });
    sections.push({ startFrame, frames: next - startFrame });
    startFrame = next;
  }
  return sections;
}

interface Obstacles {
  readonly frameRate: Rational;
  /** How much of a command's room a clip takes. */
  readonly weigh: (clip: VisualClip) => number;
  /** Those that may be shown from the section's start on, by their beginnings. */
  readonly clips: readonly VisualClip[];
  /** Those that may be seen in the section. */
  readonly stacked: readonly Span[];
  readonly canCutWithin: (clip: VisualClip) => boolean;
}

/** Frames from `startFrame` up to `endFrame`. */
interface Span {
  readonly startFrame: number;
  readonly endFrame: number;
}

/** The clips of a range by their beginnings, as if none began before it or ended after it. */
function clipsIn(composition: Composition, range: Section): VisualClip[] {
  const clips = allClips(composition).map(({ clip }) => clip);
  return shownClips(clips, range)
    .map(({ clip, startFrame, frames }) => ({ ...clip, startFrame: range.startFrame + startFrame, frames }))
    .sort((a, b) => a.startFrame - b.startFrame);
}

function framesIn(seconds: number, { num, den }: Rational): number {
  return Math.max(1, Math.round((seconds * num) / den));
}

/** @param frames where the range ends. */
function endOf(start: number, frames: number, { frameRate, weigh, clips, stacked, canCutWithin }: Obstacles): number {
  const [least, most, whole] = [SECONDS.LEAST, SECONDS.MOST, SECONDS.WHOLE].map((seconds) =>
    framesIn(seconds, frameRate),
  ) as [number, number, number];
  const rest = frames - start;
  const near = clipsWithin(clips, start, start + whole);
  // So many layers at one time leave no choice.
  const tooMany = firstWithoutRoom(near, weigh)?.startFrame ?? frames;
  const limit = Math.min(
    tooMany <= start ? frames : tooMany,
    heldUntil(near, start, framesIn(SECONDS.HELD, frameRate)),
  );
  if (limit >= frames && rest <= whole) return frames;
  const highest = Math.min(start + most, limit);
  const lowest = Math.min(start + least, highest);
  // The last two are about equal, so that none is short.
  const ideal = start + (rest <= 2 * most ? Math.ceil(rest / 2) : framesIn(SECONDS.IDEAL, frameRate));
  const uncuttable = near.filter((clip) => !canCutWithin(clip));
  const isAllowed = (frame: number) => uncuttable.every((clip) => frame <= clip.startFrame || frame >= endFrame(clip));
  const price = (frame: number) =>
    decodedTwice(frame, near, framesIn(SECONDS.LONG_GROUP, frameRate)) +
    Math.abs(frame - ideal) / 8 +
    (stacked.some((span) => frame > span.startFrame && frame < span.endFrame) ? most : 0);
  const cheapest = [
    Math.min(Math.max(ideal, lowest), highest),
    ...edgesOf(near),
    ...stacked.flatMap((span) => [span.startFrame, span.endFrame]),
  ]
    .filter((frame) => frame >= lowest && frame <= highest && isAllowed(frame))
    .sort((a, b) => price(a) - price(b))[0];
  return cheapest ?? firstAllowed(start, clips, canCutWithin) ?? frames;
}

/** Where so much of a clip that plays backwards is in a section that it must end. */
function heldUntil(clips: readonly VisualClip[], start: number, most: number): number {
  const backwards = clips.filter(({ backwardsFrom }) => backwardsFrom !== undefined);
  return Math.min(Infinity, ...backwards.map(({ startFrame }) => Math.max(start, startFrame) + most));
}

/** The first clip for which a command that shows all before it has no room. */
function firstWithoutRoom(clips: readonly VisualClip[], weigh: (clip: VisualClip) => number): VisualClip | undefined {
  let weight = 0;
  return clips.find((clip) => (weight += weigh(clip)) > ROOM);
}

function weightOf({ source, placement }: VisualClip, framePixels: number): number {
  if (source === 'video') return TAKES.video;
  if (!placement) return TAKES.image;
  return TAKES.image * Math.min(1, Math.max(LEAST_SHARE, (placement.width * placement.height) / framePixels));
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
  const cut = clips.filter(
    (clip) => clip.source === 'video' && !clip.frozen && clip.startFrame < frame && endFrame(clip) > frame,
  );
  return cut.reduce((sum, clip) => sum + Math.min(frame - clip.startFrame, longGroup), 0);
}

/**
 * Where cues are seen that came while another was there, in order and apart from each other: libass has moved them out of the way, and leaves them there when
 * the other ends. A section that begins then would put them in their usual place.
 */
function stackedCues(composition: Composition): Span[] {
  const { frameRate } = composition;
  const spans: Span[] = [];
  // A long file has a hundred thousand cues: only those that matter are made into objects.
  for (const { layer, seen } of drawnCaptions(composition)) {
    let reachedUs = 0;
    for (const { startUs, endUs } of layer.cues) {
      if (startUs < reachedUs)
        for (const { zeroFrame, ...within } of seen) {
          const startFrame = Math.max(within.startFrame, zeroFrame + framesOf(startUs, frameRate));
          const endFrame = Math.min(within.endFrame, zeroFrame + framesOf(endUs, frameRate));
          if (startFrame < endFrame) spans.push({ startFrame, endFrame });
        }
      reachedUs = Math.max(reachedUs, endUs);
    }
  }
  return united(spans.sort((a, b) => a.startFrame - b.startFrame));
}

/** Spans in order, those that overlap made into one. */
function united(spans: readonly Span[]): Span[] {
  const apart: Span[] = [];
  for (const span of spans) {
    const last = apart.at(-1);
    if (last && span.startFrame < last.endFrame)
      apart[apart.length - 1] = { startFrame: last.startFrame, endFrame: Math.max(last.endFrame, span.endFrame) };
    else apart.push(span);
  }
  return apart;
}

/** Cuts within clips where their files allow it. */
export function canCutWithin({ visuals }: Pick<KnownMedia, 'visuals'>): (clip: VisualClip) => boolean {
  return ({ asset, source, frozen }) =>
    source === 'image' || frozen === true || visuals.get(asset.uri)?.details.seeking !== 'NONE';
}

function endFrame({ startFrame, frames }: VisualClip): number {
  return startFrame + frames;
}
