import type { EffectDefinition } from './effect-definition.js';
import { inRgb, RGB_FILTERS } from './rgb.js';

/** On coded RGB values, as such tables are made for. The file is ours: what was in the caller's was read and written anew. */
export const lut: EffectDefinition<'LUT'> = {
  filters: ['lut3d', ...RGB_FILTERS],
  render({ asset }, clip) {
    const table = clip.lut(asset.uri);
    clip.files.add(table);
    return inRgb([`lut3d=file=${table.name}:interp=tetrahedral`], clip);
  },
};
