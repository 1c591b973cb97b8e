import type { Look } from '../../../composition/timeline/timeline.js';
import type { Box } from '../../../../generated/cutroom/v1/timeline.js';
import { at, parseNumber, type Place, refuse } from '../fields.js';
import { PERCENT } from '../parse-point.js';

export const POSITION = { min: -1000, max: 1000, unit: '%' };
export const MAX_SIZE_PERCENT = 1000;
export const OPACITY = { min: 0, max: 1, unit: '' };
export const ROTATION = { min: -3600, max: 3600, unit: 'degrees' };

/** Larger pictures are more than a render has memory for. */
const MAX_BOX_PIXELS = 8_192;

/** Decimals are not exact in binary: 99.9 and 0.1 are a little more than 100. */
const ROUNDING_PERCENT = 1e-9;

/** Reads a side of a box in percent. @param side of the canvas, in pixels. */
export function parseSize(percent: number, place: Place, side: number): number {
  const most = Math.min(MAX_SIZE_PERCENT, (100 * MAX_BOX_PIXELS) / side);
  if (percent > 0 && percent <= most) return percent;
  const why = most < MAX_SIZE_PERCENT ? `, which is ${MAX_BOX_PIXELS} pixels` : '';
  refuse(place, `must be more than 0 and at most ${Math.floor(most)} %${why}`);
  return 100;
}

/** Reads the part of an asset that is used. Null: all of it. */
export function parseCrop(crop: Box, place: Place): Look['part'] {
  const [left, width] = parseStretch(crop.x, crop.width, at(place, 'x'), at(place, 'width'));
  const [top, height] = parseStretch(crop.y, crop.height, at(place, 'y'), at(place, 'height'));
  if (left === 0 && top === 0 && width === 1 && height === 1) return null;
  return { left, top, width, height };
}

/** In shares. */
function parseStretch(start: number, length: number | undefined, from: Place, to: Place): [number, number] {
  const first = parseNumber(start, from, PERCENT);
  const left = 100 - first;
  if (left <= 0) {
    refuse(from, 'must be less than 100 %: it leaves nothing of the asset');
    return [0, 1];
  }
  const wanted = length ?? left;
  if (wanted > 0 && wanted <= left + ROUNDING_PERCENT) return [first / 100, Math.min(wanted, left) / 100];
  refuse(to, `must be more than 0 and at most ${Number(left.toFixed(6))} %, which is left of the asset`);
  return [first / 100, left / 100];
}
