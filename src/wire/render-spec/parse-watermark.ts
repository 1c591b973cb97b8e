import type { Watermark } from '../../composition/montage/montage.js';
import { type Watermark as WireWatermark, Watermark_Corner as Corner } from '../../../generated/cutroom/v1/montage.js';
import { at, type EnumTable, parseEnum, parseNumber, parseUri, type Place, refuse } from './fields.js';

export const DEFAULT_WATERMARK = { size: 15, margin: 4, opacity: 1 };
const MAX_SIZE = 100;
export const MARGIN = { min: 0, max: 50, unit: '%' };
export const WATERMARK_OPACITY = { min: 0, max: 1, unit: '' };

const TOP_RIGHT = { x: 1, y: 0 } as const;
export const CORNERS: EnumTable<Corner, Watermark['corner']> = {
  [Corner.CORNER_UNSPECIFIED]: TOP_RIGHT,
  [Corner.CORNER_TOP_RIGHT]: TOP_RIGHT,
  [Corner.CORNER_TOP_LEFT]: { x: 0, y: 0 },
  [Corner.CORNER_BOTTOM_LEFT]: { x: 0, y: 1 },
  [Corner.CORNER_BOTTOM_RIGHT]: { x: 1, y: 1 },
};

/** Reads the picture in a corner. @param shortSide of the frame, in pixels. */
export function parseWatermark(wire: WireWatermark, place: Place, shortSide: number): Watermark {
  const { uri, corner, size, margin, opacity } = wire;
  const pixels = (percent: number) => Math.round((percent * shortSide) / 100);
  return {
    asset: parseUri(uri, at(place, 'uri')),
    corner: parseEnum(corner, at(place, 'corner'), CORNERS),
    size: Math.max(1, pixels(parseSize(size || DEFAULT_WATERMARK.size, at(place, 'size')))),
    margin: pixels(parseNumber(margin ?? DEFAULT_WATERMARK.margin, at(place, 'margin'), MARGIN)),
    opacity: parseNumber(opacity ?? DEFAULT_WATERMARK.opacity, at(place, 'opacity'), WATERMARK_OPACITY),
  };
}

function parseSize(percent: number, place: Place): number {
  if (percent > 0 && percent <= MAX_SIZE) return percent;
  refuse(place, `must be more than 0 and at most ${MAX_SIZE} %`);
  return MAX_SIZE;
}
