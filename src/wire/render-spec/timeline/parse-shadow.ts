import type { DropShadow } from '../../../composition/drawing.js';
import type { Shadow } from '../../../../generated/cutroom/v1/timeline.js';
import { at, parseColor, parseNumber, type Place } from '../fields.js';
import type { Frame } from './frame.js';

export const SHADOW = { x: 0, y: 8, blur: 12, color: '#00000080' };
export const SHADOW_OFFSET = { min: -500, max: 500, unit: '' };
export const BLUR = { min: 0, max: 200, unit: '' };

/** Reads a shadow; lengths come out in pixels of the output. */
export function parseShadow(wire: Shadow, place: Place, { scale }: Frame): DropShadow {
  return {
    x: parseNumber(wire.x ?? SHADOW.x, at(place, 'x'), SHADOW_OFFSET) * scale,
    y: parseNumber(wire.y ?? SHADOW.y, at(place, 'y'), SHADOW_OFFSET) * scale,
    blur: parseNumber(wire.blur ?? SHADOW.blur, at(place, 'blur'), BLUR) * scale,
    color: parseColor(wire.color || SHADOW.color, at(place, 'color'), 'allowed'),
  };
}
