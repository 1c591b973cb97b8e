import type { EffectDefinition } from './effect-definition.js';
import { premultiplied, RGB_FILTERS } from './rgb.js';

/** Gaussian: three steps are within a hundredth of it. At the edges of the frame the outermost pixels go on. */
export const blur: EffectDefinition<'BLUR'> = {
  filters: ['gblur', ...RGB_FILTERS],
  render({ sigma }, clip) {
    if (sigma === 0) return [];
    const filter = `gblur=sigma=${sigma.toFixed(4)}:steps=3`;
    // Planes of half the resolution would be blurred twice as much.
    if (!clip.hasHoles) return ['format=yuv444p', filter, `format=${clip.format}`];
    return premultiplied([filter], clip);
  },
};
