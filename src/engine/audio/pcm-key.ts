import type { AudioClip } from '../../composition/composition.js';

/** By which prepared audio is known: each speed of a file is PCM of its own. */
export function pcmKey({ asset, speed = 1 }: Pick<AudioClip, 'asset' | 'speed'>): string {
  return speed === 1 ? asset.uri : `${asset.uri}\n${speed}`;
}

/** Where a clip begins in its PCM. */
export function trimStartOf({ trimStartSamples = 0, speed = 1 }: AudioClip): number {
  return Math.round(trimStartSamples / speed);
}

/** How much of its file, from the beginning, a clip plays. */
export function reachSamples(clip: AudioClip): number {
  return (clip.trimStartSamples ?? 0) + Math.ceil(clip.samples * (clip.speed ?? 1));
}
