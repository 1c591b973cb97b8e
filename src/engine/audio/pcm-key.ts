import type { AudioClip } from '../../composition/composition.js';

/** By which prepared audio is known: each speed of a file is PCM of its own, and so is each stretch that is played backwards, and what begins again at its end. */
export function pcmKey(
  clip: Pick<AudioClip, 'asset' | 'speed' | 'trimStartSamples' | 'backwardsFrom' | 'loop'>,
): string {
  if (clip.loop) return loopKey(clip);
  const forwards = forwardKey(clip);
  return clip.backwardsFrom === undefined ? forwards : `${forwards}\n${startInForward(clip)}-${clip.backwardsFrom}`;
}

/** The key of the PCM that plays forwards. */
export function forwardKey({ asset, speed = 1 }: Pick<AudioClip, 'asset' | 'speed'>): string {
  return speed === 1 ? asset.uri : `${asset.uri}\n${speed}`;
}

/** The key of the PCM that begins again at its end. */
export function loopKey(clip: Pick<AudioClip, 'asset' | 'speed'>): string {
  return `${forwardKey(clip)}\nloop`;
}

/** Where a clip begins in its PCM. That of one that plays backwards is made for it. */
export function trimStartOf(clip: AudioClip): number {
  return clip.backwardsFrom === undefined ? startInForward(clip) : 0;
}

/** Where a clip, or the stretch that it plays backwards, begins in the PCM that plays forwards. */
export function startInForward({
  trimStartSamples = 0,
  speed = 1,
}: Pick<AudioClip, 'speed' | 'trimStartSamples'>): number {
  return Math.round(trimStartSamples / speed);
}

/** How long a clip, or the stretch that it plays backwards, is in the PCM that plays forwards. */
export function samplesForward({ samples, backwardsFrom }: AudioClip): number {
  return backwardsFrom ?? samples;
}

/** How much of its file, from the beginning, a clip plays. */
export function reachSamples(clip: AudioClip): number {
  return (clip.trimStartSamples ?? 0) + Math.ceil(samplesForward(clip) * (clip.speed ?? 1));
}
