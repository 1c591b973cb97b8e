import type { GradientStop } from '../../../composition/drawing.js';
import type { DrawnSource } from '../../../composition/timeline/timeline.js';
import { type GradientAsset, GradientAsset_Kind as Kind } from '../../../../generated/cutroom/v1/timeline.js';
import { at, type EnumTable, parseColor, parseEnum, parseNumber, type Place, refuse } from '../fields.js';
import { OPACITY, ROTATION } from './parse-box.js';

export const STOPS = { min: 2, max: 20 };
export const DEFAULT_ANGLE = 180;

export const GRADIENTS: EnumTable<Kind, 'LINEAR_GRADIENT' | 'RADIAL_GRADIENT'> = {
  [Kind.KIND_UNSPECIFIED]: 'LINEAR_GRADIENT',
  [Kind.KIND_LINEAR]: 'LINEAR_GRADIENT',
  [Kind.KIND_RADIAL]: 'RADIAL_GRADIENT',
};

/** Reads a surface whose colour changes. */
export function parseGradient(wire: GradientAsset, place: Place): DrawnSource {
  const kind = parseEnum(wire.kind, at(place, 'kind'), GRADIENTS);
  const angle = at(place, 'angle');
  if (kind === 'RADIAL_GRADIENT' && wire.angle !== undefined) refuse(angle, 'must not be set for KIND_RADIAL');
  const degrees = parseNumber(wire.angle ?? DEFAULT_ANGLE, angle, ROTATION);
  const stops = parseStops(wire, place);
  return kind === 'RADIAL_GRADIENT' ? { kind, stops } : { kind, degrees, stops };
}

function parseStops({ stops }: GradientAsset, place: Place): GradientStop[] {
  if (stops.length < STOPS.min || stops.length > STOPS.max) {
    refuse(at(place, 'stops'), `must be ${STOPS.min} to ${STOPS.max}, not ${stops.length}`);
    return [];
  }
  return stops.map((stop, i) => {
    const here = at(place, 'stops', i);
    const share = parseNumber(stop.at, at(here, 'at'), OPACITY);
    if (share < (stops[i - 1]?.at ?? 0)) refuse(at(here, 'at'), 'must be at least that of the stop before');
    return { at: share, color: parseColor(stop.color, at(here, 'color'), 'allowed') };
  });
}
