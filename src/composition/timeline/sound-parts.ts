import { type AudioBus, type AudioClip, SAMPLE_RATE, type VisualClip } from '../composition.js';
import type { FadeCurve } from '../fade-curve.js';
import { type Rational, sampleOf } from '../frame-grid.js';

export interface Soundtrack {
  readonly audio: readonly AudioClip[];
  readonly buses: readonly AudioBus[];
}

export interface Around {
  readonly rate: Rational;
  /** Frames of the transitions on both sides, over which it cross-fades. */
  readonly before: number;
  readonly after: number;
  readonly beforeCurve: FadeCurve;
  readonly afterCurve: FadeCurve;
}

export function samplesOf({ startFrame, frames }: Pick<VisualClip, 'startFrame' | 'frames'>, rate: Rational) {
  const startSample = sampleOf(startFrame, rate, SAMPLE_RATE);
  return { startSample, samples: sampleOf(startFrame + frames, rate, SAMPLE_RATE) - startSample };
}

/** What a piece of a sound has of its fades. @param around samples of the sound before and after the piece. */
export function partOfFades(
  { fadeInSamples = 0, fadeOutSamples }: Pick<AudioClip, 'fadeInSamples' | 'fadeOutSamples'>,
  { before, after }: { readonly before: number; readonly after: number },
): Pick<AudioClip, 'fadeInSamples' | 'fadeOutSamples' | 'fadeInBefore' | 'fadeOutAfter'> {
  const rises = before < fadeInSamples;
  const falls = after < fadeOutSamples;
  return {
    ...(rises ? { fadeInSamples, ...(before > 0 ? { fadeInBefore: before } : {}) } : {}),
    fadeOutSamples: falls ? fadeOutSamples : 0,
    ...(falls && after > 0 ? { fadeOutAfter: after } : {}),
  };
}

/** Where and how fast a clip plays its file. */
export function trimAndSpeed(trimStartUs: number, speed: number): Pick<AudioClip, 'trimStartSamples' | 'speed'> {
  return {
    ...(trimStartUs > 0 ? { trimStartSamples: samplesIn(trimStartUs) } : {}),
    ...(speed === 1 ? {} : { speed }),
  };
}

export function samplesIn(us: number): number {
  return Math.round((us * SAMPLE_RATE) / 1e6);
}
