import { ASSETS } from './assets/assets.js';
import { AUDIO_FILTERS } from './audio/soundtrack.js';
import { CAPTION_FILTERS } from './captions.js';
import { EFFECTS } from './effects/effects.js';
import { FIT_FILTERS } from './fit.js';
import { JOIN_FILTERS } from './joins.js';
import { OPACITY_FILTERS } from './opacity.js';
import { ALPHA_TRANSITION_FILTERS } from './placement/alpha-transition.js';
import { BLEND_FILTERS } from './placement/blend.js';
import { HALVED_FILTERS } from './placement/halved.js';
import { LAY_FILTERS } from './placement/lay.js';
import { MASK_FILTERS } from './placement/masked.js';
import { PLACED_FILTERS } from './placement/placed-clip.js';
import { SHIFT_FILTERS } from './placement/shift.js';
import { STACK_FILTERS } from './stack.js';
import { WAY_FILTERS } from './ways.js';

/** Every filter of ffmpeg that a graph may use, each named beside the code that writes it. */
export const COMPOSITOR_FILTERS: readonly string[] = [
  ...new Set([
    ...ALPHA_TRANSITION_FILTERS,
    ...AUDIO_FILTERS,
    ...BLEND_FILTERS,
    ...CAPTION_FILTERS,
    ...FIT_FILTERS,
    ...HALVED_FILTERS,
    ...JOIN_FILTERS,
    ...LAY_FILTERS,
    ...MASK_FILTERS,
    ...OPACITY_FILTERS,
    ...PLACED_FILTERS,
    ...SHIFT_FILTERS,
    ...STACK_FILTERS,
    ...WAY_FILTERS,
    ...[ASSETS, EFFECTS].flatMap(filtersOf),
  ]),
].sort();

function filtersOf(registry: Readonly<Record<string, { readonly filters: readonly string[] }>>): readonly string[] {
  return Object.values(registry).flatMap(({ filters }) => filters);
}
