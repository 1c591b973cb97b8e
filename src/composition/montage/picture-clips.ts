import type { AssetRef } from '../asset.js';
import type { ClipEffect } from '../clip-effect.js';
import { CompositionError } from '../composition-error.js';
import type { KnownFacts } from '../form.js';
import { framesOf, timeUsOf, type Rational, wholeFramesIn } from '../frame-grid.js';
import type { VisualFacts } from '../media-facts.js';
import { createRandom } from '../random.js';
import { effectsOf } from './clip-effects.js';
import type { Material, Montage } from './montage.js';
import { planShots, type Shot } from './shots.js';

/** The most clips in one video: 4 h of clips of 1.5 s. */
const MAX_CLIPS = 10_000;

/** What is left at the end of a video is shown as a piece of its own from half a second on. */
const LEAST_PIECE_US = 500_000;

/** Far apart, so that the second variant is not the first one of the next seed. */
const VARIANT_STEP = 0x9e3779b9;

/** How much of an intro or outro is shown; `montage.proto` says so. */
export const BOOKEND_US = 600_000_000;

/** A material where it is shown, on the output's grid. */
export interface PictureClip {
  readonly asset: Material;
  readonly source: 'video' | 'image';
  readonly startFrame: number;
  readonly frames: number;
  /** Of the transition from the clip before; 0: a cut. */
  readonly transitionFrames: number;
  readonly trimStartUs: number;
  readonly speed: number;
  readonly effects: readonly ClipEffect[];
}

/** A material and the facts about it. */
interface KnownMaterial {
  readonly asset: Material;
  readonly facts: VisualFacts;
}

/**
 * What a montage shows of its materials, one after another from frame 0. With narration the video is as long as it, and the shots are shown again in order until it is
 * covered; otherwise each shot (`shots.ts`) is shown once. A clip is as long as `longestClipUs` allows and its material gives.
 * @param variant number of the video, from 0; variants differ in the choices by chance.
 * @throws CompositionError when a material is too short for its place, or there are too many clips.
 */
export function pictureClips(montage: Montage, facts: KnownFacts, variant: number): PictureClip[] {
  const { transition, narration, frameRate: rate } = montage;
  const fade = transition.kind === 'CROSS' ? Math.max(1, framesOf(transition.durationUs, rate)) : 0;
  const random = createRandom(montage.seed + variant * VARIANT_STEP);
  const materials = montage.materials.map((asset) => ({ asset, facts: facts.visual(asset.uri) }));
  const leastFrames = Math.max(framesOf(LEAST_PIECE_US, rate), 2 * fade);
  const visuals = materials.map((material) => material.facts);
  const shots = planShots(montage, visuals, { rate, leastFrames, random });
  const bare = narration
    ? coverNarration(
        { montage, materials, fade },
        shots,
        Math.max(1, framesOf(facts.audio(narration.asset.uri).durationUs, rate)),
      )
    : place({ montage, materials, fade }, shots);
  requireRoomForFades(bare, rate);
  return bare.map((clip) => ({ ...clip, effects: effectsOf(montage, clip, { rate, random }) }));
}

/** An intro or outro, from frame 0. @throws CompositionError when it is shorter than a frame. */
export function bookendClip(asset: Material, { frameRate, longestClipUs }: Montage, facts: KnownFacts): PictureClip {
  const visual = facts.visual(asset.uri);
  const frames =
    visual.kind === 'image'
      ? Math.max(1, framesOf(longestClipUs, frameRate))
      : wholeFramesIn(Math.min(visual.durationUs, BOOKEND_US), frameRate);
  if (frames < 1) throw new CompositionError('CLIP_TOO_SHORT', asset.field, 'this video is shorter than one frame');
  return {
    ...{ asset, source: visual.kind, startFrame: 0, frames, transitionFrames: 0 },
    ...{ trimStartUs: 0, speed: 1, effects: [] },
  };
}

export function endOf(clip: PictureClip | undefined): number {
  return clip ? clip.startFrame + clip.frames : 0;
}

/** What the clips of one video are made of. */
interface Parts {
  readonly montage: Montage;
  readonly materials: readonly KnownMaterial[];
  /** Frames of a cross-fade; 0 for cuts. */
  readonly fade: number;
}

/** Each shot once, one after another. */
function place(parts: Parts, shots: readonly Shot[]): PictureClip[] {
  const clips: PictureClip[] = [];
  for (const shot of shots) clips.push(clipOf(parts, shot, clips.at(-1)));
  return clips;
}

/** The shots in order, again and again until `total` frames are covered; the last clip is cut to fit. */
function coverNarration(parts: Parts, shots: readonly Shot[], total: number): PictureClip[] {
  const clips: PictureClip[] = [];
  const { fade, materials, montage } = parts;
  for (let i = 0; endOf(clips.at(-1)) < total; i += 1) {
    const shot = shots[i % shots.length];
    if (i === MAX_CLIPS || !shot) {
      const message = `the narration would need more than ${MAX_CLIPS} clips, the most of one video; allow longer clips, or use longer materials`;
      throw new CompositionError('VIDEO_TOO_LONG', 'spec.montage.longest_clip', message);
    }
    const start = i === 0 ? 0 : endOf(clips.at(-1)) - fade;
    // A clip that only just outlasts its own fade-in would not get on: requireRoomForFades refuses it as soon as another follows.
    if (i > 0 && shot.frames <= fade)
      throw tooShortForFades(materials[shot.material]?.asset, shot.frames, { needed: fade, rate: montage.frameRate });
    clips.push(clipOf(parts, { ...shot, frames: Math.min(shot.frames, total - start) }, clips.at(-1)));
  }
  return clips;
}

/** The clip of a shot, at the start or after the clip before it. */
function clipOf({ montage, materials, fade }: Parts, shot: Shot, before: PictureClip | undefined): PictureClip {
  const material = materials[shot.material];
  if (!material) throw new RangeError(`there is no material ${shot.material}`);
  const { asset, facts } = material;
  const { frames, trimStartUs } = shot;
  const overlap = before ? fade : 0;
  return {
    asset,
    source: facts.kind,
    startFrame: endOf(before) - overlap,
    frames,
    transitionFrames: overlap,
    trimStartUs,
    speed: facts.kind === 'image' ? 1 : montage.speed,
    effects: [],
  };
}

/** A transition takes its time from both neighbours, so a clip must be as long as the fades on both of its sides together. */
function requireRoomForFades(clips: readonly PictureClip[], rate: Rational): void {
  clips.forEach((clip, i) => {
    const needed = clip.transitionFrames + (clips[i + 1]?.transitionFrames ?? 0);
    if (clip.frames < needed) throw tooShortForFades(clip.asset, clip.frames, { needed, rate });
  });
  if (clips.length > MAX_CLIPS) {
    throw new CompositionError(
      'VIDEO_TOO_LONG',
      'spec.montage.materials',
      `the video would have ${clips.length} clips, and may have ${MAX_CLIPS}; use fewer materials, or allow longer clips`,
    );
  }
}

function tooShortForFades(
  asset: AssetRef | undefined,
  frames: number,
  { needed, rate }: { readonly needed: number; readonly rate: Rational },
): CompositionError {
  const seconds = (n: number) => `${(timeUsOf(n, rate) / 1e6).toFixed(2)} s`;
  const message = `this material gives a clip of ${seconds(frames)}, but its transitions take ${seconds(needed)}; use a shorter transition`;
  return new CompositionError('CLIP_TOO_SHORT', asset?.field ?? 'spec.montage.materials', message);
}
