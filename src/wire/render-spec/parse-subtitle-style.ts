import type { CaptionStyle, SafeArea } from '../../composition/captions.js';
import {
  type SafeArea as WireSafeArea,
  type SubtitleStyle as WireStyle,
  SubtitleStyle_BoxShape as BoxShape,
  SubtitleStyle_Position,
} from '../../../generated/cutroom/v1/montage.js';
import { at, type EnumTable, parseColor, parseEnum, parseFont, parseNumber, type Place, refuse } from './fields.js';

/** Sizes on the wire are in pixels of a frame with this short side. */
const REFERENCE_SHORT_SIDE = 1080;
export const FONT_SIZE = { min: 8, max: 400, unit: '' };
export const DEFAULT_FONT_SIZE = 60;
export const OUTLINE_WIDTH = { min: 0, max: 20, unit: '' };
export const DEFAULT_OUTLINE_WIDTH = 3;

export const SAFE_MARGIN = { min: 0, max: 45, unit: '%' };
export const DEFAULT_SAFE_MARGIN = 5;

export const HEIGHT_PERCENT = { min: 0, max: 100, unit: '%' };
export const DEFAULT_HEIGHT_PERCENT = 70;

export const POSITIONS: EnumTable<SubtitleStyle_Position, 'BOTTOM' | 'CENTER' | 'TOP' | 'CUSTOM'> = {
  [SubtitleStyle_Position.POSITION_UNSPECIFIED]: 'BOTTOM',
  [SubtitleStyle_Position.POSITION_BOTTOM]: 'BOTTOM',
  [SubtitleStyle_Position.POSITION_CENTER]: 'CENTER',
  [SubtitleStyle_Position.POSITION_TOP]: 'TOP',
  [SubtitleStyle_Position.POSITION_CUSTOM]: 'CUSTOM',
};

export const BOX_SHAPES: EnumTable<BoxShape, CaptionStyle['boxShape']> = {
  [BoxShape.BOX_SHAPE_UNSPECIFIED]: 'TEXT',
  [BoxShape.BOX_SHAPE_TEXT]: 'TEXT',
  [BoxShape.BOX_SHAPE_WIDE]: 'WIDE',
  [BoxShape.BOX_SHAPE_ROUNDED]: 'ROUNDED',
};

const DEFAULTS: WireStyle = {
  fontSize: 0,
  textColor: '',
  outlineColor: '',
  outlineWidth: undefined,
  boxColor: '',
  bold: false,
  position: SubtitleStyle_Position.POSITION_UNSPECIFIED,
  heightPercent: undefined,
  font: '',
  boxShape: BoxShape.BOX_SHAPE_UNSPECIFIED,
  safeArea: undefined,
};

/** Reads how subtitles look; sizes come out in pixels of the output. */
export function parseSubtitleStyle(
  wire: WireStyle = DEFAULTS,
  place: Place,
  frame: { shortSide: number },
): CaptionStyle {
  const scale = frame.shortSide / REFERENCE_SHORT_SIDE;
  return {
    font: parseFont(wire.font, at(place, 'font')),
    fontSize:
      parseNumber(wire.fontSize === 0 ? DEFAULT_FONT_SIZE : wire.fontSize, at(place, 'font_size'), FONT_SIZE) * scale,
    textColor: parseColor(wire.textColor || '#FFFFFF', at(place, 'text_color'), 'allowed'),
    outlineColor: parseColor(wire.outlineColor || '#000000', at(place, 'outline_color'), 'allowed'),
    outlineWidth:
      parseNumber(wire.outlineWidth ?? DEFAULT_OUTLINE_WIDTH, at(place, 'outline_width'), OUTLINE_WIDTH) * scale,
    boxColor: wire.boxColor === '' ? null : parseColor(wire.boxColor, at(place, 'box_color'), 'allowed'),
    boxShape: parseBoxShape(wire, place),
    bold: wire.bold,
    position: parsePosition(wire, place),
    ...(wire.safeArea ? { safeArea: parseSafeArea(wire.safeArea, at(place, 'safe_area')) } : {}),
  };
}

function parseBoxShape({ boxColor, boxShape }: WireStyle, place: Place): CaptionStyle['boxShape'] {
  const here = at(place, 'box_shape');
  if (boxColor === '' && boxShape !== BoxShape.BOX_SHAPE_UNSPECIFIED) refuse(here, 'must not be set without box_color');
  return parseEnum(boxShape, here, BOX_SHAPES);
}

function parsePosition({ position, heightPercent }: WireStyle, place: Place): CaptionStyle['position'] {
  const known = parseEnum(position, at(place, 'position'), POSITIONS);
  const here = at(place, 'height_percent');
  if (known === 'CUSTOM') return parseNumber(heightPercent ?? DEFAULT_HEIGHT_PERCENT, here, HEIGHT_PERCENT) / 100;
  if (heightPercent !== undefined) refuse(here, 'must not be set without POSITION_CUSTOM');
  return known;
}

function parseSafeArea(wire: WireSafeArea, place: Place): SafeArea {
  const share = (percent: number | undefined, side: keyof WireSafeArea) =>
    parseNumber(percent ?? DEFAULT_SAFE_MARGIN, at(place, side), SAFE_MARGIN) / 100;
  return {
    top: share(wire.top, 'top'),
    right: share(wire.right, 'right'),
    bottom: share(wire.bottom, 'bottom'),
    left: share(wire.left, 'left'),
  };
}
