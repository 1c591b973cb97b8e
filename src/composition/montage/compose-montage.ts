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
import { bookendClip, laterAudio, laterCaptions, laterClips } from './bookends.js';
import { groupWords } from '../subtitles/group-words.js';
import { soundOf } from './material-sound.js';
import type { Material, Montage } from './montage.js';
import { watermarkLayer } from './watermark.js';
import { planShots, type Shot } from './shots.js';

/** The longest video that a montage may make: 4 h. */
export const MAX_VIDEO_US = 4 * 3600 * 1_000_000;

/** The most clips in one video: 4 h of clips of 1.5 s. */
const MAX_CLIPS = 10_000;

/** The most clips whose own sound is heard: each is a source of the mix. */
const MAX_SOUNDING_CLIPS = 2_000;

/** What is left at the end of a video is shown as a piece of its own from half a second on. */
const LEAST_PIECE_US = 500_000;

/** Far apart, so that the second variant is not the first one of the next seed. */
const VARIANT_STEP = 0x9e3779b9;

/** A material and the facts about it. */
interface KnownMaterial {
  readonly asset: Material;
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
  const { transition, narration, subtitles, frameRate: rate } = montage;
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
  const main = bare.map((clip) => ({ ...clip, effects: effectsOf(montage, clip, { rate, random }) }));
  const mainFrames = endOf(main.at(-1));
  const intro = montage.intro ? [bookendClip(montage.intro, montage, facts)] : [];
  const before = endOf(intro[0]);
  const outro = montage.outro ? [bookendClip(montage.outro, montage, facts)] : [];
  const after = laterClips(outro, before + mainFrames);
  const clips = [...intro, ...laterClips(main, before), ...after];
  const frames = endOf(clips.at(-1));
  if (timeUsOf(frames, rate) > MAX_VIDEO_US) {
    throw new CompositionError('VIDEO_TOO_LONG', 'spec.montage.materials', 'the video would be longer than 4 hours');
  }

  const layers: Layer[] = [{ kind: 'clips', clips }];
  const { width, height, background, watermark } = montage;
  if (watermark) layers.push(watermarkLayer(watermark, montage, { facts, frames }));
  const { cues, warnings } = clipCues(cuesOf(montage, facts), {
    endUs: timeUsOf(mainFrames, rate),
    field: subtitles?.field ?? '',
    isHighlighted: subtitles?.style.highlight !== undefined,
  });
  if (subtitles && cues.length > 0) {
    const { style, field, language } = subtitles;
    const layer = { kind: 'captions', cues, style, field, ...(language === undefined ? {} : { language }) } as const;
    layers.push(laterCaptions(layer, before, rate));
  }
  const sound = { facts, rate };
  const audio = [
    ...laterAudio(
      [...audioClips(montage, sampleOf(mainFrames, rate, SAMPLE_RATE)), ...ownSound(montage, main, sound)],
      before,
      rate,
    ),
    ...soundOf([...intro, ...after], 0, sound),
  ];
  const samples = sampleOf(frames, rate, SAMPLE_RATE);
  return { composition: { width, height, frameRate: rate, frames, samples, background, layers, audio }, warnings };
}

/** @throws CompositionError when too many clips sound. */
function ownSound(
  { materialSound }: Montage,
  clips: readonly VisualClip[],
  options: Parameters<typeof soundOf>[2],
): AudioClip[] {
  if (!materialSound) return [];
  const sounding = soundOf(clips, materialSound.gainDb, options);
  if (sounding.length <= MAX_SOUNDING_CLIPS) return sounding;
  const message = `${sounding.length} clips would be heard, and at most ${MAX_SOUNDING_CLIPS} can be; allow longer clips, or leave material_sound out`;
  throw new CompositionError('VIDEO_TOO_LONG', 'spec.montage.material_sound', message);
}

function cuesOf({ subtitles }: Montage, facts: KnownFacts) {
  if (!subtitles) return [];
  const { source, maxWords } = subtitles;
  return groupWords(source.kind === 'cues' ? source.cues : facts.cues(source.asset.uri), maxWords);
}

/** What the clips of one video are made of. */
interface Parts {
  readonly montage: Montage;
  readonly materials: readonly KnownMaterial[];
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
function clipOf({ montage, materials, fade }: Parts, shot: Shot, before: VisualClip | undefined): VisualClip {
  const material = materials[shot.material];
  if (!material) throw new RangeError(`there is no material ${shot.material}`);
  const { asset, facts } = material;
  const { frames, trimStartUs } = shot;
  const { transition } = montage;
  const overlap = before ? fade : 0;
  return {
    asset,
    source: facts.kind,
    startFrame: endOf(before) - overlap,
    frames,
    fit: montage.fit,
    transition: overlap > 0 && transition.kind === 'CROSS' ? { kind: transition.name, frames: overlap } : null,
    trimStartUs,
    speed: facts.kind === 'image' ? 1 : montage.speed,
    effects: [],
    opacity: 1,
    ...(asset.focus ? { focus: asset.focus } : {}),
  };
}

function endOf(clip: VisualClip | undefined): number {
  return clip ? clip.startFrame + clip.frames : 0;
}

/** A transition takes its time from both neighbours, so a clip must be as long as the fades on both of its sides together. */
function requireRoomForFades(clips: readonly VisualClip[], rate: Rational): void {
  clips.forEach((clip, i) => {
    const needed = (clip.transition?.frames ?? 0) + (clips[i + 1]?.transition?.frames ?? 0);
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
