import type { Point } from '../../../generated/cutroom/v1/point.js';
import { at, parseNumber, type Place } from './fields.js';

export const PERCENT = { min: 0, max: 100, unit: '%' };

/** Reads a place in percent, as shares. */
export function parsePoint({ x, y }: Point, place: Place): { readonly x: number; readonly y: number } {
  return { x: parseNumber(x, at(place, 'x'), PERCENT) / 100, y: parseNumber(y, at(place, 'y'), PERCENT) / 100 };
}
