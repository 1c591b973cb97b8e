import type { AudioClip, Composition, Track, VisualClip } from './composition.js';
import { SAMPLE_RATE } from './composition.js';
import { clipCues } from './clip-cues.js';
import { ExpansionError } from './expansion-error.js';
import { framesOf, sampleOf, timeUsOf, wholeFramesIn, type Rational } from './frame-grid.js';
import type { AudioFacts, VisualFacts } from './media-facts.js';
import type { AssetRef, Cue, Montage } from './montage.js';
import type { Warning } from './warning.js';

/** Frames per second of every montage. */
export const MONTAGE_FRAME_RATE: Rational = { num: 30, den: 1 };

/** The longest video that a montage may make: 4 h. */
const MAX_FRAMES = 4 * 3600 * 30;

/** The most clips in one video: each is an open input of the one ffmpeg that renders it, and takes some 30 MB there at 1080p. */
const MAX_CLIPS = 200;

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
 * With narration the video is as long as it, and the materials are shown again in order until it is covered; otherwise each
 * material is shown once. A clip is as long as `longestClipUs` allows and its material gives.
 * @throws ExpansionError when a material is too short for its place, or the whole becomes too long.
 */
export function expandMontage(montage: Montage, inputs: MontageInputs): { composition: Composition; warnings: Warning[] } {
  const rate = MONTAGE_FRAME_RATE;
  const fade = montage.transition.kind === 'CUT' ? 0 : Math.max(1, framesOf(montage.transition.durationUs, rate));
  const lengths = montage.materials.map((asset, i) => lengthOf(asset, inputs.materials[i], montage.longestClipUs, rate));
  const clips = inputs.narration
    ? coverNarration(montage, inputs, lengths, fade, Math.max(1, framesOf(inputs.narration.durationUs, rate)))
    : place(montage, inputs, lengths, fade);
  requireRoomForFades(clips, montage, fade);

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

function lengthOf(asset: AssetRef, facts: VisualFacts | undefined, longestClipUs: number, rate: Rational): number {
  const longest = Math.max(1, framesOf(longestClipUs, rate));
  if (facts === undefined || facts.kind === 'image') return longest;
  const available = wholeFramesIn(facts.durationUs, rate);
  if (available < 1) throw new ExpansionError('CLIP_TOO_SHORT', asset.field, 'this video is shorter than one frame');
  return Math.min(longest, available);
}

/** Each material once, one after another. */
function place(montage: Montage, inputs: MontageInputs, lengths: readonly number[], fade: number): VisualClip[] {
  let end = 0;
  return lengths.map((frames, i) => {
    const clip = clipOf(montage, inputs, i, i === 0 ? 0 : end - fade, frames, i === 0 ? 0 : fade);
    end = clip.startFrame + clip.frames;
    return clip;
  });
}

/** The materials in order, again and again until `total` frames are covered; the last clip is cut to fit. */
function coverNarration(montage: Montage, inputs: MontageInputs, lengths: readonly number[], fade: number, total: number): VisualClip[] {
  const clips: VisualClip[] = [];
  let end = 0;
  for (let i = 0; end < total; i += 1) {
    if (i === MAX_CLIPS) {
      const message = `the narration would need more than ${MAX_CLIPS} clips; allow longer clips`;
      throw new ExpansionError('VIDEO_TOO_LONG', 'spec.montage.longest_clip', message);
    }
    const start = i === 0 ? 0 : end - fade;
    const index = i % lengths.length;
    const length = lengths[index] ?? 0;
    // A clip that only just outlasts its own fade-in would not get on: requireRoomForFades refuses it as soon as another follows.
    if (i > 0 && length <= fade) throw tooShortForFades(montage.materials[index], length, fade);
    const clip = clipOf(montage, inputs, index, start, Math.min(length, total - start), i === 0 ? 0 : fade);
    clips.push(clip);
    end = clip.startFrame + clip.frames;
  }
  return clips;
}

function clipOf(montage: Montage, inputs: MontageInputs, index: number, startFrame: number, frames: number, fadeInFrames: number): VisualClip {
  const asset = montage.materials[index];
  const facts = inputs.materials[index];
  if (!asset || !facts) throw new RangeError(`facts are missing for material ${index}`);
  return { asset, source: facts.kind, startFrame, frames, fit: montage.fit, fadeInFrames };
}

/** A transition takes its time from both neighbours, so a clip must be as long as the fades on both of its sides together. */
function requireRoomForFades(clips: readonly VisualClip[], montage: Montage, fade: number): void {
  clips.forEach((clip, i) => {
    const needed = clip.fadeInFrames + (i < clips.length - 1 ? fade : 0);
    if (clip.frames < needed) throw tooShortForFades(clip.asset, clip.frames, needed);
  });
  if (clips.length > MAX_CLIPS) {
    throw new ExpansionError('VIDEO_TOO_LONG', 'spec.montage.materials', `more than ${MAX_CLIPS} clips (${montage.materials.length})`);
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
    clips.push({ asset: narration.asset, startSample: 0, samples, gainDb: narration.gainDb, loop: false, fadeOutSamples: 0 });
  }
  if (music) {
    const fadeOutSamples = Math.min(samples, Math.round((music.fadeOutUs * SAMPLE_RATE) / 1e6));
    clips.push({ asset: music.asset, startSample: 0, samples, gainDb: music.gainDb, loop: true, fadeOutSamples });
  }
  return clips.map((clip) => ({ kind: 'audio', clips: [clip] }));
}
