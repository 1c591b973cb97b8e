import { type AudioClip, SAMPLE_RATE, type VisualClip } from '../composition.js';
import type { KnownFacts } from '../form.js';
import { type Rational, sampleOf } from '../frame-grid.js';

/** The own sound of the clips that are videos. It cross-fades as long as the pictures do. */
export function soundOf(
  clips: readonly VisualClip[],
  gainDb: number,
  { facts, rate }: { readonly facts: KnownFacts; readonly rate: Rational },
): AudioClip[] {
  const samplesOf = (frames: number) => sampleOf(frames, rate, SAMPLE_RATE);
  return clips.flatMap((clip, i): AudioClip[] => {
    const { asset, source, startFrame, frames, trimStartUs, speed, transition } = clip;
    if (source !== 'video' || facts.audioIfAny(asset.uri) === null) return [];
    const startSample = samplesOf(startFrame);
    const fadeInSamples = samplesOf(transition?.frames ?? 0);
    return [
      {
        ...{ asset, startSample, samples: samplesOf(startFrame + frames) - startSample },
        ...(trimStartUs > 0 ? { trimStartSamples: Math.round((trimStartUs * SAMPLE_RATE) / 1e6) } : {}),
        ...(speed === 1 ? {} : { speed }),
        ...(fadeInSamples > 0 ? { fadeInSamples } : {}),
        ...{ gainDb, loop: false, fadeOutSamples: samplesOf(clips[i + 1]?.transition?.frames ?? 0) },
      },
    ];
  });
}
