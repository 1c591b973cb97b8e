import type { VisualSource } from '../../composition/composition.js';
import { ASSETS } from './assets/assets.js';
import type { StagedClip } from './assets/asset-definition.js';
import { effectFilters } from './effects/effects.js';
import { constantOpacity, hasMovingOpacity, opacityChains } from './opacity.js';
import type { ShownClip } from './section.js';
import { clipFormat, type ClipFormat, type Stage } from './stage.js';

/** A clip of exactly its number of frames in the output's size, rate and colours. */
export interface FinishedClip {
  readonly shown: ShownClip;
  readonly pad: string;
  readonly format: ClipFormat;
}

/** The clips of one layer: their chains of filters, and each clip's pad, in order. */
export function clipChains(
  clips: readonly ShownClip[],
  stage: Stage,
): { readonly chains: string[]; readonly clips: readonly FinishedClip[] } {
  const finished: FinishedClip[] = [];
  const staged: StagedClip[] = [];
  const opacities: string[] = [];
  clips.forEach((shown, i) => {
    const { clip, fromFrame, frames } = shown;
    const name = `${stage.name}c${i}`;
    const format = clipFormat(clip, stage);
    finished.push({ shown, pad: name, format });
    const moving = hasMovingOpacity(clip.opacity);
    const filters = [...effectFilters(shown, stage), ...constantOpacity(clip.opacity, format)];
    const pad = moving ? `${name}o` : name;
    if (moving)
      opacities.push(...opacityChains(clip.opacity, { from: pad, to: name, fromFrame, frames }, format, stage));
    staged.push({ shown, name, filters, pad });
  });
  const sources = Object.keys(ASSETS) as VisualSource[];
  const chains = sources.flatMap((source) => {
    const own = staged.filter(({ shown }) => shown.clip.source === source);
    return own.length === 0 ? [] : ASSETS[source].chains(own, stage);
  });
  return { chains: [...chains, ...opacities], clips: finished };
}
