import { expressionOf, frameVariable } from '../expression.js';
import type { EffectDefinition } from './effect-definition.js';

/** The number of the frame: `perspective` counts those that leave it from 1. */
export const FRAME = '(on-1)';

/**
 * By `perspective`, which reads between pixels: scaling and cropping, or `zoompan`, move in whole pixels, and a slow zoom trembles. The corners
 * are those of the part of the clip that is shown.
 */
export const zoom: EffectDefinition<'ZOOM'> = {
  filters: ['perspective'],
  render({ scale }, { fromFrame }) {
    const size = `(${expressionOf(scale, frameVariable(FRAME, fromFrame))})`;
    const [low, high] = [`(1-1/${size})/2`, `(1+1/${size})/2`];
    const corners = [
      [low, low],
      [high, low],
      [low, high],
      [high, high],
    ].map(([x = '', y = ''], i) => `x${i}='W*${x}':y${i}='H*${y}'`);
    return [`perspective=${corners.join(':')}:sense=source:interpolation=linear:eval=frame`];
  },
};
