import { expressionOf, frameVariable } from '../expression.js';
import type { EffectDefinition } from './effect-definition.js';
import { premultiplied, RGB_FILTERS } from './rgb.js';
import { FRAME, SEEN_PART_FILTERS, type SeenSide, showPart } from './seen-part.js';

export const zoom: EffectDefinition<'ZOOM'> = {
  filters: [...SEEN_PART_FILTERS, ...RGB_FILTERS],
  render({ scale, focus = { x: 0.5, y: 0.5 } }, clip) {
    const size = `(${expressionOf(scale, frameVariable(FRAME, clip.fromFrame))})`;
    return premultiplied([showPart(seenAround(focus.x, size), seenAround(focus.y, size), size)], clip);
  },
};

/** The part of a side that is seen while a point of it keeps its place. */
function seenAround(focus: number, size: string): SeenSide {
  const at = focus.toFixed(9);
  return [`(${at}*(1-1/${size}))`, `(${at}+(1-${at})/${size})`];
}
