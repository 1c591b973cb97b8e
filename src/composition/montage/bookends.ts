import { type AudioClip, type Composition, type Layer, SAMPLE_RATE, type VisualClip } from '../composition.js';
import { CompositionError } from '../composition-error.js';
import type { KnownFacts } from '../form.js';
import { framesOf, type Rational, sampleOf, timeUsOf, wholeFramesIn } from '../frame-grid.js';
import type { Material, Montage } from './montage.js';

/** How much of an intro or outro is shown; `montage.proto` says so. */
export const BOOKEND_US = 600_000_000;

/** An intro or outro at the start of the video. @throws CompositionError when it is shorter than a frame. */
export function bookendClip(asset: Material, montage: Montage, facts: KnownFacts): VisualClip {
  const { frameRate, longestClipUs, fit } = montage;
  const visual = facts.visual(asset.uri);
  const frames =
    visual.kind === 'image'
      ? Math.max(1, framesOf(longestClipUs, frameRate))
      : wholeFramesIn(Math.min(visual.durationUs, BOOKEND_US), frameRate);
  if (frames < 1) throw new CompositionError('CLIP_TOO_SHORT', asset.field, 'this video is shorter than one frame');
  return {
    ...{ asset, source: visual.kind, startFrame: 0, frames, fit, transition: null, trimStartUs: 0, speed: 1 },
    ...{ effects: [], opacity: 1, ...(asset.focus ? { focus: asset.focus } : {}) },
  };
}

/** Clips that start later. */
export function laterClips(clips: readonly VisualClip[], byFrames: number): VisualClip[] {
  return clips.map((clip) => ({ ...clip, startFrame: clip.startFrame + byFrames }));
}

/** Sound that starts later, by the samples of so many frames. */
export function laterAudio(audio: readonly AudioClip[], byFrames: number, rate: Rational): AudioClip[] {
  const by = sampleOf(byFrames, rate, SAMPLE_RATE);
  return audio.map((clip) => ({ ...clip, startSample: clip.startSample + by }));
}

/** Captions that start later. */
export function laterCaptions(layer: Extract<Layer, { kind: 'captions' }>, byFrames: number, rate: Rational) {
  const by = timeUsOf(byFrames, rate);
  const cues = layer.cues.map((cue) => ({ ...cue, startUs: cue.startUs + by, endUs: cue.endUs + by }));
  return { ...layer, cues } satisfies Composition['layers'][number];
}
