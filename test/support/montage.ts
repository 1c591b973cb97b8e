import type { Cue, CaptionStyle } from '../../src/composition/captions.js';
import type { KnownFacts } from '../../src/composition/form.js';
import type { AudioFacts, VisualFacts } from '../../src/composition/media-facts.js';
import type { MontageForm } from '../../src/composition/montage/montage-form.js';
import type { Montage, MontageTransition } from '../../src/composition/montage/montage.js';
import type { ParsedSpec } from '../../src/composition/parsed-spec.js';

const color = (r: number, g: number, b: number) => ({ r, g, b, a: 255 });

/** A parsed montage of `count` materials, to be varied by a test. */
export function montageOf(count: number, changes: Partial<Montage> = {}): Montage {
  return {
    width: 144,
    height: 256,
    frameRate: { num: 30, den: 1 },
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
    materialSound: null,
    watermark: null,
    intro: null,
    outro: null,
    ...changes,
  };
}

/** A cross-fade of so many seconds. */
export function crossFade(seconds: number): MontageTransition {
  return {
    kind: 'CROSS',
    name: 'fade',
    durationUs: Math.round(seconds * 1e6),
    field: 'spec.montage.transition.duration',
  };
}

/** The montage of a spec that was parsed; null: it was refused. */
export function montageIn({ form }: Pick<ParsedSpec, 'form'>): Montage | null {
  return (form as MontageForm | null)?.montage ?? null;
}

/** Captions that a montage asks for in the request. */
export function captionsOf(cues: readonly Cue[], style: CaptionStyle): Montage['subtitles'] {
  return { field: 'spec.montage.subtitles', source: { kind: 'cues', cues }, style };
}

/** Facts about the inputs of a montage: its materials in order, and its audio. */
export function factsFor(
  montage: Montage,
  materials: readonly VisualFacts[],
  audio: { readonly narration?: AudioFacts | null; readonly music?: AudioFacts } = {},
): KnownFacts {
  const found = <T>(value: T | null | undefined): T => {
    if (value === null || value === undefined) throw new Error('a test lacks a fact');
    return value;
  };
  return {
    visual: (uri) => found(materials[montage.materials.findIndex((asset) => asset.uri === uri)]),
    audioIfAny: () => null,
    audio: (uri) => found(uri === montage.narration?.asset.uri ? audio.narration : audio.music),
    cues: () => [],
  };
}
