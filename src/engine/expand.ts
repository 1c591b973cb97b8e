import type { Composition } from '../composition/composition.js';
import { expandMontage } from '../composition/expand-montage.js';
import type { Cue, Montage } from '../composition/montage.js';
import type { Warning } from '../composition/warning.js';
import type { KnownMedia } from './graph/render-plan.js';

/** Expands a montage with what is known of its inputs, into one composition for each variant. @throws ExpansionError. */
export function expand(
  spec: Montage,
  media: KnownMedia,
  cues: readonly Cue[] | null,
): { compositions: readonly Composition[]; warnings: readonly Warning[] } {
  const materials = spec.materials.flatMap(({ uri }) => media.visuals.get(uri)?.details.facts ?? []);
  const factsOf = (part: { readonly asset: { readonly uri: string } } | null) =>
    part ? (media.audios.get(part.asset.uri)?.details.facts ?? null) : null;
  const inputs = { materials, narration: factsOf(spec.narration), music: factsOf(spec.music), cues };
  const expanded = Array.from({ length: spec.variants }, (_, variant) => expandMontage(spec, inputs, variant));
  // Variants show the same text.
  return { compositions: expanded.map(({ composition }) => composition), warnings: expanded[0]?.warnings ?? [] };
}
