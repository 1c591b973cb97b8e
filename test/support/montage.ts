import type { Montage } from '../../src/composition/montage.js';

const color = (r: number, g: number, b: number) => ({ r, g, b, a: 255 });

/** A parsed montage of `count` materials, to be varied by a test. */
export function montageOf(count: number, changes: Partial<Montage> = {}): Montage {
  return {
    kind: 'montage',
    width: 144,
    height: 256,
    background: color(0, 0, 0),
    materials: Array.from({ length: count }, (_, i) => ({
      uri: `m${i}.mp4`,
      field: `spec.montage.materials[${i}].uri`,
    })),
    longestClipUs: 5_000_000,
    fit: 'COVER',
    transition: { kind: 'CUT' },
    narration: null,
    music: null,
    subtitles: null,
    speed: 1,
    concat: 'SEQUENTIAL',
    seed: 0,
    imageMotion: 'NONE',
    variants: 1,
    ...changes,
  };
}

/** A cross-fade of so many seconds. */
export function crossFade(seconds: number): Montage['transition'] {
  return { kind: 'CROSS_FADE', durationUs: Math.round(seconds * 1e6), field: 'spec.montage.transition.duration' };
}
