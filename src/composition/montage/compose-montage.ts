import type { Composition } from '../composition.js';
import type { KnownFacts } from '../form.js';
import { composeTimeline } from '../timeline/compose-timeline.js';
import type { Warning } from '../warning.js';
import { expandMontage } from './expand-montage.js';
import type { Montage } from './montage.js';

/**
 * Turns a montage into a composition: that of its timeline. Pure: the same montage and facts give the same composition.
 * @param variant number of the video, from 0.
 * @throws CompositionError as `expandMontage`.
 */
export function composeMontage(
  montage: Montage,
  facts: KnownFacts,
  variant = 0,
): { readonly composition: Composition; readonly warnings: readonly Warning[] } {
  const { composition, warnings } = composeTimeline(expandMontage(montage, facts, variant), facts);
  return { composition, warnings };
}
