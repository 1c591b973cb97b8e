import { type AudioClip, SAMPLE_RATE, type VisualClip } from '../composition.js';
import type { KnownFacts } from '../form.js';
import { type Rational, sampleOf } from '../frame-grid.js';
import { samplesOf, trimAndSpeed } from '../timeline/sound-parts.js';

/** The own sound of the clips that are videos. It cross-fades as long as the pictures do. */
export function soundOf(
  clips: readonly VisualClip[],
  gainDb: number,
  { facts, rate }: { readonly facts: KnownFacts; readonly rate: Rational },
): AudioClip[] {
  const samplesOfFirst = (frames: number) => sampleOf(frames, rate, SAMPLE_RATE);
  return clips.flatMap((clip, i): AudioClip[] => {
    const { asset, source, startFrame, frames, trimStartUs, speed, transition } = clip;
    if (source !== 'video' || facts.audioIfAny(asset.uri) === null) return [];
    const fadeInSamples = samplesOfFirst(transition?.frames ?? 0);
    return [
      {
        ...{ asset, ...samplesOf({ startFrame, frames }, rate), ...trimAndSpeed(trimStartUs, speed) },
        ...(fadeInSamples > 0 ? { fadeInSamples } : {}),
        ...{ gainDb, loop: false, fadeOutSamples: samplesOfFirst(clips[i + 1]?.transition?.frames ?? 0) },
      },
    ];
  });
}
