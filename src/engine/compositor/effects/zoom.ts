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
  render({ scale, focus = { x: 0.5, y: 0.5 } }, { fromFrame }) {
    const size = `(${expressionOf(scale, frameVariable(FRAME, fromFrame))})`;
    // Corners are those of pixels, and places that `perspective` reads are their middles.
    const toMiddle = `(1-1/${size})/2`;
    const [left, right] = seenOf(focus.x, size);
    const [top, bottom] = seenOf(focus.y, size);
    const corners = [
      [left, top],
      [right, top],
      [left, bottom],
      [right, bottom],
    ].map(([x = '', y = ''], i) => `x${i}='W*${x}-${toMiddle}':y${i}='H*${y}-${toMiddle}'`);
    return [`perspective=${corners.join(':')}:sense=source:interpolation=linear:eval=frame`];
  },
};

/** Where the part of a side begins and ends that is seen while a point of it keeps its place. */
function seenOf(focus: number, size: string): readonly [string, string] {
  if (focus === 0.5) return [`(1-1/${size})/2`, `(1+1/${size})/2`];
  const at = focus.toFixed(9);
  return [`(${at}*(1-1/${size}))`, `(${at}+(1-${at})/${size})`];
}
