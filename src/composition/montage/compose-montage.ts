import type { AssetRef } from '../asset.js';
import { SAMPLE_RATE, type AudioClip, type Composition, type Layer, type VisualClip } from '../composition.js';
import { CompositionError } from '../composition-error.js';
import type { KnownFacts } from '../form.js';
import { framesOf, sampleOf, timeUsOf, type Rational } from '../frame-grid.js';
import type { VisualFacts } from '../media-facts.js';
import { createRandom } from '../random.js';
import type { Warning } from '../warning.js';
import { clipCues } from './clip-cues.js';
import { effectsOf } from './clip-effects.js';
import type { Montage } from './montage.js';
import { planShots, type Shot } from './shots.js';

/** Frames per second of every montage. */
export const MONTAGE_FRAME_RATE: Rational = { num: 30, den: 1 };

/** The longest video that a montage may make: 4 h. */
export const MAX_VIDEO_US = 4 * 3600 * 1_000_000;
const MAX_FRAMES = 4 * 3600 * 30;

/** The most clips in one video: 4 h of clips of 1.5 s. */
const MAX_CLIPS = 10_000;

/** What is left at the end of a video is shown as a piece of its own from half a second on. */
const LEAST_PIECE_FRAMES = 15;

/** Far apart, so that the second variant is not the first one of the next seed. */
const VARIANT_STEP = 0x9e3779b9;

/** A montage and the facts about its materials, in their order. */
interface Material {
  readonly asset: AssetRef;
  readonly facts: VisualFacts;
}

/**
 * Turns a montage into a composition. Pure: the same montage and facts give the same composition.
 *
 * With narration the video is as long as it, and the shots are shown again in order until it is covered; otherwise each
 * shot (`shots.ts`) is shown once. A clip is as long as `longestClipUs` allows and its material gives.
 * @param variant number of the video, from 0; variants differ in the choices by chance.
 * @throws CompositionError when a material is too short for its place, or the whole becomes too long.
 */
export function composeMontage(
  montage: Montage,
  facts: KnownFacts,
  variant = 0,
): { composition: Composition; warnings: Warning[] } {
  const rate = MONTAGE_FRAME_RATE;
  const { transition, narration, subtitles } = montage;
  const fade = transition.kind === 'CROSS_FADE' ? Math.max(1, framesOf(transition.durationUs, rate)) : 0;
  const random = createRandom(montage.seed + variant * VARIANT_STEP);
  const materials = montage.materials.map((asset) => ({ asset, facts: facts.visual(asset.uri) }));
  const leastFrames = Math.max(LEAST_PIECE_FRAMES, 2 * fade);
  const visuals = materials.map((material) => material.facts);
  const shots = planShots(montage, visuals, { rate, leastFrames, random });
  const bare = narration
    ? coverNarration(
        { montage, materials, fade },
        shots,
        Math.max(1, framesOf(facts.audio(narration.asset.uri).durationUs, rate)),
      )
    : place({ montage, materials, fade }, shots);
  requireRoomForFades(bare);
  const clips = bare.map((clip) => ({ ...clip, effects: effectsOf(montage, clip, { rate, random }) }));

  const frames = endOf(clips.at(-1));
  if (frames > MAX_FRAMES) {
    throw new CompositionError('VIDEO_TOO_LONG', 'spec.montage.materials', 'the video would be longer than 4 hours');
  }
  const samples = sampleOf(frames, rate, SAMPLE_RATE);
  const layers: Layer[] = [{ kind: 'clips', clips }];
  const { cues, warnings } = clipCues(cuesOf(montage, facts), {
    endUs: timeUsOf(frames, rate),
    field: subtitles?.field ?? '',
  });
  if (subtitles && cues.length > 0) {
    const { style, field, language } = subtitles;
    layers.push({ kind: 'captions', cues, style, field, ...(language === undefined ? {} : { language }) });
  }
  const { width, height, background } = montage;
  const audio = audioClips(montage, samples);
  return { composition: { width, height, frameRate: rate, frames, samples, background, layers, audio }, warnings };
}

function cuesOf({ subtitles }: Montage, facts: KnownFacts) {
  if (!subtitles) return [];
  const { source } = subtitles;
  return source.kind === 'cues' ? source.cues : facts.cues(source.asset.uri);
}

/** What the clips of one video are made of. */
interface Parts {
  readonly montage: Montage;
  readonly materials: readonly Material[];
  /** Frames of a cross-fade; 0 for cuts. */
  readonly fade: number;
}

/** Each shot once, one after another. */
function place(parts: Parts, shots: readonly Shot[]): VisualClip[] {
  const clips: VisualClip[] = [];
  for (const shot of shots) clips.push(clipOf(parts, shot, clips.at(-1)));
  return clips;
}

/** The shots in order, again and again until `total` frames are covered; the last clip is cut to fit. */
function coverNarration(parts: Parts, shots: readonly Shot[], total: number): VisualClip[] {
  const clips: VisualClip[] = [];
  const { fade, materials } = parts;
  for (let i = 0; endOf(clips.at(-1)) < total; i += 1) {
    const shot = shots[i % shots.length];
    if (i === MAX_CLIPS || !shot) {
      const message = `the narration would need more than ${MAX_CLIPS} clips, the most of one video; allow longer clips, or use longer materials`;
      throw new CompositionError('VIDEO_TOO_LONG', 'spec.montage.longest_clip', message);
    }
    const start = i === 0 ? 0 : endOf(clips.at(-1)) - fade;
    // A clip that only just outlasts its own fade-in would not get on: requireRoomForFades refuses it as soon as another follows.
    if (i > 0 && shot.frames <= fade) throw tooShortForFades(materials[shot.material]?.asset, shot.frames, fade);
    clips.push(clipOf(parts, { ...shot, frames: Math.min(shot.frames, total - start) }, clips.at(-1)));
  }
  return clips;
}

/** The clip of a shot, at the start or after the clip before it. */
function clipOf({ montage, materials, fade }: Parts, shot: Shot, before: VisualClip | undefined): VisualClip {
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
    fit: montage.fit,
    transition: overlap > 0 ? { kind: 'fade', frames: overlap } : null,
    trimStartUs,
    speed: facts.kind === 'image' ? 1 : montage.speed,
    effects: [],
    opacity: 1,
  };
}

function endOf(clip: VisualClip | undefined): number {
  return clip ? clip.startFrame + clip.frames : 0;
}

/** A transition takes its time from both neighbours, so a clip must be as long as the fades on both of its sides together. */
function requireRoomForFades(clips: readonly VisualClip[]): void {
  clips.forEach((clip, i) => {
    const needed = (clip.transition?.frames ?? 0) + (clips[i + 1]?.transition?.frames ?? 0);
    if (clip.frames < needed) throw tooShortForFades(clip.asset, clip.frames, needed);
  });
  if (clips.length > MAX_CLIPS) {
    throw new CompositionError(
      'VIDEO_TOO_LONG',
      'spec.montage.materials',
      `the video would have ${clips.length} clips, and may have ${MAX_CLIPS}; use fewer materials, or allow longer clips`,
    );
  }
}

function tooShortForFades(asset: AssetRef | undefined, frames: number, needed: number): CompositionError {
  const seconds = (n: number) => `${(timeUsOf(n, MONTAGE_FRAME_RATE) / 1e6).toFixed(2)} s`;
  const message = `this material gives a clip of ${seconds(frames)}, but its transitions take ${seconds(needed)}; use a shorter transition`;
  return new CompositionError('CLIP_TOO_SHORT', asset?.field ?? 'spec.montage.materials', message);
}

function audioClips({ narration, music }: Montage, samples: number): AudioClip[] {
  const clips: AudioClip[] = [];
  if (narration) {
    const { asset, gainDb } = narration;
    clips.push({ asset, startSample: 0, samples, gainDb, loop: false, fadeOutSamples: 0 });
  }
  if (music) {
    const { asset, gainDb, fadeOutUs } = music;
    const fadeOutSamples = Math.min(samples, Math.round((fadeOutUs * SAMPLE_RATE) / 1e6));
    clips.push({ asset, startSample: 0, samples, gainDb, loop: true, fadeOutSamples });
  }
  return clips;
}
