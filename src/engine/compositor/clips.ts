import type { VisualClip, VisualSource } from '../../composition/composition.js';
import { ASSETS } from './assets/assets.js';
import type { StagedClip } from './assets/asset-definition.js';
import { effectFilters } from './effects/effects.js';
import { constantOpacity, hasMovingOpacity, opacityChains } from './opacity.js';
import { clipFormat, type ClipFormat, type Stage } from './stage.js';

/** A clip of exactly its number of frames in the output's size, rate and colours. */
export interface FinishedClip {
  readonly clip: VisualClip;
  readonly pad: string;
  readonly format: ClipFormat;
}

/** The clips of one layer: their chains of filters, and each clip's pad, in order. */
export function clipChains(
  clips: readonly VisualClip[],
  stage: Stage,
): { readonly chains: string[]; readonly clips: readonly FinishedClip[] } {
  const finished: FinishedClip[] = [];
  const staged: StagedClip[] = [];
  const opacities: string[] = [];
  clips.forEach((clip, i) => {
    const name = `${stage.name}c${i}`;
    const format = clipFormat(clip, stage);
    finished.push({ clip, pad: name, format });
    const moving = hasMovingOpacity(clip.opacity);
    const filters = [
      `trim=end_frame=${clip.frames}`,
      ...effectFilters(clip, stage.canvas),
      ...constantOpacity(clip.opacity, format),
    ];
    const pad = moving ? `${name}o` : name;
    if (moving)
      opacities.push(...opacityChains(clip.opacity, { from: pad, to: name, frames: clip.frames }, format, stage));
    staged.push({ clip, name, end: `${filters.join(',')}[${pad}]` });
  });
  const sources = Object.keys(ASSETS) as VisualSource[];
  const chains = sources.flatMap((source) => {
    const own = staged.filter(({ clip }) => clip.source === source);
    return own.length === 0 ? [] : ASSETS[source].chains(own, stage);
  });
  return { chains: [...chains, ...opacities], clips: finished };
}
