import type { Animated } from '../../../composition/animated.js';
import { expressionOf, frameVariable } from '../expression.js';
import type { EffectDefinition } from './effect-definition.js';
import { premultiplied, RGB_FILTERS } from './rgb.js';
import { FRAME, SEEN_PART_FILTERS, type SeenSide, showPart } from './seen-part.js';

export const view: EffectDefinition<'VIEW'> = {
  filters: [...SEEN_PART_FILTERS, ...RGB_FILTERS],
  render({ scale, x, y }, clip) {
    const half = (0.5 / scale).toFixed(9);
    const frame = frameVariable(FRAME, clip.fromFrame);
    const around = (middle: Animated): SeenSide => {
      const at = `(${expressionOf(middle, frame)})`;
      return [`(${at}-${half})`, `(${at}+${half})`];
    };
    return premultiplied([showPart(around(x), around(y), scale.toFixed(9))], clip);
  },
};
