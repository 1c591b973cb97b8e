import { expressionOf, frameVariable } from '../expression.js';
import type { EffectDefinition } from './effect-definition.js';
import { premultiplied, RGB_FILTERS } from './rgb.js';
import { FRAME } from './zoom.js';

/** By `perspective`, as `zoom.ts` says. The corners are those of the part that is seen. */
export const view: EffectDefinition<'VIEW'> = {
  filters: ['perspective', ...RGB_FILTERS],
  render({ scale, x, y }, clip) {
    const half = (0.5 / scale).toFixed(9);
    const toMiddle = ((1 - 1 / scale) / 2).toFixed(9);
    const frame = frameVariable(FRAME, clip.fromFrame);
    const [middleX, middleY] = [x, y].map((value) => `(${expressionOf(value, frame)})`);
    const corners = ['--', '+-', '-+', '++'].map(
      ([across = '', down = ''], i) =>
        `x${i}='W*(${middleX}${across}${half})-${toMiddle}':y${i}='H*(${middleY}${down}${half})-${toMiddle}'`,
    );
    return premultiplied([`perspective=${corners.join(':')}:sense=source:interpolation=linear:eval=frame`], clip);
  },
};
