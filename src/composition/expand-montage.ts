import type { AudioClip, Composition, Track, VisualClip } from './composition.js';
import { SAMPLE_RATE } from './composition.js';
import { clipCues } from './clip-cues.js';
import { effectsOf } from './clip-effects.js';
import { ExpansionError } from './expansion-error.js';
import { framesOf, sampleOf, timeUsOf, type Rational } from './frame-grid.js';
import type { AudioFacts, VisualFacts } from './media-facts.js';
import type { AssetRef, Cue, Montage } from './montage.js';
import { createRandom } from './random.js';
import { planShots, type Shot } from './shots.js';
import type { Warning } from './warning.js';

/** Frames per second of every montage. */
export const MONTAGE_FRAME_RATE: Rational = { num: 30, den: 1 };

/** The longest video that a montage may make: 4 h. */
export const MAX_VIDEO_US = 4 * 3600 * 1_000_000;
const MAX_FRAMES = 4 * 3600 * 30;

/** The most clips in one video: each is an open input of the one ffmpeg that renders it, and takes some 30 MB there at 1080p. */
const MAX_CLIPS = 200;

/** What is left at the end of a video is shown as a piece of its own from half a second on. */
const LEAST_PIECE_FRAMES = 15;

/** Far apart, so that the second variant is not the first one of the next seed. */
const VARIANT_STEP = 0x9e3779b9;

/** What was found out about the inputs of a montage. */
export interface MontageInputs {
  /** In the order of `Montage.materials`. */
  readonly materials: readonly VisualFacts[];
  readonly narration: AudioFacts | null;
  readonly music: AudioFacts | null;
  /** The text to show, from the request or from its subtitle file; null without subtitles. */
  readonly cues: readonly Cue[] | null;
}

/**
 * Turns a montage into a composition. Pure: the same montage and facts give the same composition.
 *
 * With narration the video is as long as it, and what was shown is shown again in order until it is covered; otherwise each
 * shot (`shots.ts`) is shown once. A clip is as long as `longestClipUs` allows and its material gives.
 * @param variant which of the videos that differ in what is left to chance, from 0.
 * @throws ExpansionError when a material is too short for its place, or the whole becomes too long.
 */
export function expandMontage(
  montage: Montage,
  inputs: MontageInputs,
  variant = 0,
): { composition: Composition; warnings: Warning[] } {
  const rate = MONTAGE_FRAME_RATE;
  const fade =
    montage.transition.kind === 'CROSS_FADE' ? Math.max(1, framesOf(montage.transition.durationUs, rate)) : 0;
  const random = createRandom(montage.seed + variant * VARIANT_STEP);
  const shots = planShots(montage, inputs.materials, {
    rate,
    leastFrames: Math.max(LEAST_PIECE_FRAMES, 2 * fade),
    random,
  });
  const bare = inputs.narration
    ? coverNarration(montage, inputs, shots, fade, Math.max(1, framesOf(inputs.narration.durationUs, rate)))
    : place(montage, inputs, shots, fade);
  requireRoomForFades(bare, montage, fade);
  const clips = bare.map((clip) => ({ ...clip, effects: effectsOf(montage, clip, { rate, random }) }));

  const last = clips.at(-1);
  const frames = last ? last.startFrame + last.frames : 0;
  if (frames > MAX_FRAMES) {
    throw new ExpansionError('VIDEO_TOO_LONG', 'spec.montage.materials', 'the video would be longer than 4 hours');
  }
  const { cues, warnings } = clipCues(inputs.cues ?? [], timeUsOf(frames, rate));
  const samples = sampleOf(frames, rate, SAMPLE_RATE);
  const tracks: Track[] = [{ kind: 'visual', clips }, ...audioTracks(montage, samples)];
  if (montage.subtitles && cues.length > 0) tracks.push({ kind: 'captions', cues, style: montage.subtitles.style });
  const { width, height, background } = montage;
  return { composition: { width, height, frameRate: rate, frames, samples, background, tracks }, warnings };
}

/** Each shot once, one after another. */
function place(montage: Montage, inputs: MontageInputs, shots: readonly Shot[], fade: number): VisualClip[] {
  let end = 0;
  return shots.map((shot, i) => {
    const clip = clipOf(montage, inputs, shot, i === 0 ? 0 : end - fade, i === 0 ? 0 : fade);
    end = clip.startFrame + clip.frames;
    return clip;
  });
}

/** The shots in order, again and again until `total` frames are covered; the last clip is cut to fit. */
function coverNarration(
  montage: Montage,
  inputs: MontageInputs,
  shots: readonly Shot[],
  fade: number,
  total: number,
): VisualClip[] {
  const clips: VisualClip[] = [];
  let end = 0;
  for (let i = 0; end < total; i += 1) {
    const shot = shots[i % shots.length];
    if (i === MAX_CLIPS || !shot) {
      const message = `the narration would need more than ${MAX_CLIPS} clips; allow longer clips`;
      throw new ExpansionError('VIDEO_TOO_LONG', 'spec.montage.longest_clip', message);
    }
    const start = i === 0 ? 0 : end - fade;
    // A clip that only just outlasts its own fade-in would not get on: requireRoomForFades refuses it as soon as another follows.
    if (i > 0 && shot.frames <= fade) throw tooShortForFades(montage.materials[shot.material], shot.frames, fade);
    const clip = clipOf(
      montage,
      inputs,
      { ...shot, frames: Math.min(shot.frames, total - start) },
      start,
      i === 0 ? 0 : fade,
    );
    clips.push(clip);
    end = clip.startFrame + clip.frames;
  }
  return clips;
}

function clipOf(
  montage: Montage,
  inputs: MontageInputs,
  { material, trimStartUs, frames }: Shot,
  startFrame: number,
  fadeInFrames: number,
): VisualClip {
  const asset = montage.materials[material];
  const facts = inputs.materials[material];
  if (!asset || !facts) throw new RangeError(`facts are missing for material ${material}`);
  const speed = facts.kind === 'image' ? 1 : montage.speed;
  return {
    asset,
    source: facts.kind,
    startFrame,
    frames,
    fit: montage.fit,
    fadeInFrames,
    trimStartUs,
    speed,
    effects: [],
  };
}

/** A transition takes its time from both neighbours, so a clip must be as long as the fades on both of its sides together. */
function requireRoomForFades(clips: readonly VisualClip[], montage: Montage, fade: number): void {
  clips.forEach((clip, i) => {
    const needed = clip.fadeInFrames + (i < clips.length - 1 ? fade : 0);
    if (clip.frames < needed) throw tooShortForFades(clip.asset, clip.frames, needed);
  });
  if (clips.length > MAX_CLIPS) {
    throw new ExpansionError(
      'VIDEO_TOO_LONG',
      'spec.montage.materials',
      `more than ${MAX_CLIPS} clips (${clips.length})`,
    );
  }
}

function tooShortForFades(asset: AssetRef | undefined, frames: number, needed: number): ExpansionError {
  const seconds = (n: number) => `${(timeUsOf(n, MONTAGE_FRAME_RATE) / 1e6).toFixed(2)} s`;
  const message = `this material gives a clip of ${seconds(frames)}, but its transitions take ${seconds(needed)}; use a shorter transition`;
  return new ExpansionError('CLIP_TOO_SHORT', asset?.field ?? 'spec.montage.materials', message);
}

function audioTracks(montage: Montage, samples: number): Track[] {
  const clips: AudioClip[] = [];
  const { narration, music } = montage;
  if (narration) {
    clips.push({
      asset: narration.asset,
      startSample: 0,
      samples,
      gainDb: narration.gainDb,
      loop: false,
      fadeOutSamples: 0,
    });
  }
  if (music) {
    const fadeOutSamples = Math.min(samples, Math.round((music.fadeOutUs * SAMPLE_RATE) / 1e6));
    clips.push({ asset: music.asset, startSample: 0, samples, gainDb: music.gainDb, loop: true, fadeOutSamples });
  }
  return clips.map((clip) => ({ kind: 'audio', clips: [clip] }));
}
