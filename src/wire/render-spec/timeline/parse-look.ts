import type { Point } from '../../../../generated/cutroom/v1/point.js';
import type { ColorAdjustment } from '../../../composition/clip-effect.js';
import type { BlendMode } from '../../../composition/composition.js';
import type { Keyed, Look, Motion, Share } from '../../../composition/timeline/timeline.js';
import {
  Anchor,
  BlendMode as WireBlend,
  type Border,
  type ChromaKey,
  type Clip,
  type ColorAdjustment as WireAdjustment,
  Layout,
  type Motion as WireMotion,
  Motion_Kind,
} from '../../../../generated/cutroom/v1/timeline.js';
import { Fit as WireFit } from '../../../../generated/cutroom/v1/montage.js';
import {
  at,
  type EnumTable,
  parseColor,
  parseEnum,
  parseKnownEnum,
  parseNumber,
  parseUri,
  type Place,
  refuse,
} from '../fields.js';
import { parsePoint } from '../parse-point.js';
import { FITS } from '../parse-montage.js';
import type { Frame } from './frame.js';
import { OPACITY, parseCrop, parseSize, POSITION, ROTATION } from './parse-box.js';
import type { Keyframes, PropertyName } from './parse-keyframes.js';
import { BLUR, parseShadow } from './parse-shadow.js';

export const CORNER_RADIUS = { min: 0, max: 2160, unit: '' };
export const BORDER = { width: 4, color: '#FFFFFF' };
export const BORDER_WIDTH = { min: 0, max: 200, unit: '' };
export const CHROMA = { similarity: 0.1, blend: 0.1 };
export const SIMILARITY = { min: 0.01, max: 1, unit: '' };
export const ADJUSTMENT = { contrast: 1, saturation: 1, gamma: 1, temperature: 6500 };
export const BRIGHTNESS = { min: -1, max: 1, unit: '' };
export const CONTRAST = { min: 0, max: 4, unit: '' };
export const SATURATION = { min: 0, max: 3, unit: '' };
export const GAMMA = { min: 0.1, max: 10, unit: '' };
export const HUE = { min: -180, max: 180, unit: 'degrees' };
export const TEMPERATURE = { min: 1000, max: 40_000, unit: 'kelvins' };
export const MOTION_STRENGTH = { min: 0.01, max: 1, unit: '' };
export const DEFAULT_STRENGTH = 0.15;

const TOP_LEFT: Share = { x: 0, y: 0 };
export const ANCHORS: EnumTable<Anchor, Share> = {
  [Anchor.ANCHOR_UNSPECIFIED]: TOP_LEFT,
  [Anchor.ANCHOR_TOP_LEFT]: TOP_LEFT,
  [Anchor.ANCHOR_TOP]: { x: 0.5, y: 0 },
  [Anchor.ANCHOR_TOP_RIGHT]: { x: 1, y: 0 },
  [Anchor.ANCHOR_LEFT]: { x: 0, y: 0.5 },
  [Anchor.ANCHOR_CENTER]: { x: 0.5, y: 0.5 },
  [Anchor.ANCHOR_RIGHT]: { x: 1, y: 0.5 },
  [Anchor.ANCHOR_BOTTOM_LEFT]: { x: 0, y: 1 },
  [Anchor.ANCHOR_BOTTOM]: { x: 0.5, y: 1 },
  [Anchor.ANCHOR_BOTTOM_RIGHT]: { x: 1, y: 1 },
};

export const BLENDS: EnumTable<WireBlend, BlendMode> = {
  [WireBlend.BLEND_MODE_UNSPECIFIED]: 'NORMAL',
  [WireBlend.BLEND_MODE_NORMAL]: 'NORMAL',
  [WireBlend.BLEND_MODE_MULTIPLY]: 'MULTIPLY',
  [WireBlend.BLEND_MODE_SCREEN]: 'SCREEN',
  [WireBlend.BLEND_MODE_OVERLAY]: 'OVERLAY',
  [WireBlend.BLEND_MODE_DARKEN]: 'DARKEN',
  [WireBlend.BLEND_MODE_LIGHTEN]: 'LIGHTEN',
  [WireBlend.BLEND_MODE_COLOR_DODGE]: 'COLOR_DODGE',
  [WireBlend.BLEND_MODE_COLOR_BURN]: 'COLOR_BURN',
  [WireBlend.BLEND_MODE_HARD_LIGHT]: 'HARD_LIGHT',
  [WireBlend.BLEND_MODE_DIFFERENCE]: 'DIFFERENCE',
  [WireBlend.BLEND_MODE_EXCLUSION]: 'EXCLUSION',
  [WireBlend.BLEND_MODE_ADD]: 'ADD',
  [WireBlend.BLEND_MODE_SOFT_LIGHT]: 'SOFT_LIGHT',
};

/** Null: none is named. */
const MOTIONS: EnumTable<Motion_Kind, Motion['kind'] | null> = {
  [Motion_Kind.KIND_UNSPECIFIED]: null,
  [Motion_Kind.KIND_ZOOM_IN]: 'ZOOM_IN',
  [Motion_Kind.KIND_ZOOM_OUT]: 'ZOOM_OUT',
  [Motion_Kind.KIND_PAN_LEFT]: 'PAN_LEFT',
  [Motion_Kind.KIND_PAN_RIGHT]: 'PAN_RIGHT',
  [Motion_Kind.KIND_PAN_UP]: 'PAN_UP',
  [Motion_Kind.KIND_PAN_DOWN]: 'PAN_DOWN',
};

/** What a clip shows: a file that is fitted, or something that fills its box. */
export type Filling = 'FITTED' | 'DRAWN';

/** Reads where a clip stands and how it looks. */
export function parseLook(wire: Clip, place: Place, frame: Frame, keyframes: Keyframes, filling: Filling): Look {
  const { canvas, scale } = frame;
  const layout = wire.layout ?? Layout.create();
  const keyed = (property: PropertyName, byDefault: number, unit = 1): Keyed =>
    keyframes.get(property)?.map((key) => ({ ...key, value: key.value * unit })) ?? byDefault * unit;
  const here = at(place, 'layout');
  const box = at(here, 'box');
  const { x = 0, y = 0, width = 100, height = 100 } = layout.box ?? {};
  return {
    x: keyed('X', parseNumber(x, at(box, 'x'), POSITION), canvas.width / 100),
    y: keyed('Y', parseNumber(y, at(box, 'y'), POSITION), canvas.height / 100),
    width: keyed('WIDTH', parseSize(width, at(box, 'width'), canvas.width), canvas.width / 100),
    height: keyed('HEIGHT', parseSize(height, at(box, 'height'), canvas.height), canvas.height / 100),
    anchor: parseEnum(layout.anchor, at(here, 'anchor'), ANCHORS),
    fit: parseFit(layout.fit, at(here, 'fit'), filling),
    focus: layout.focus ? parseFocus(layout.focus, at(here, 'focus'), filling) : { x: 0.5, y: 0.5 },
    part: layout.crop ? parseCrop(layout.crop, at(here, 'crop')) : null,
    opacity: keyed('OPACITY', parseNumber(wire.opacity ?? 1, at(place, 'opacity'), OPACITY)),
    rotation: keyed('ROTATION', parseNumber(wire.rotation, at(place, 'rotation'), ROTATION)),
    flipHorizontal: wire.flipHorizontal,
    flipVertical: wire.flipVertical,
    cornerRadius: parseNumber(wire.cornerRadius, at(place, 'corner_radius'), CORNER_RADIUS) * scale,
    border: wire.border ? parseBorder(wire.border, at(place, 'border'), frame) : null,
    shadow: wire.shadow ? parseShadow(wire.shadow, at(place, 'shadow'), frame) : null,
    blend: parseEnum(wire.blend, at(place, 'blend'), BLENDS),
    chromaKey: wire.chromaKey ? parseChromaKey(wire.chromaKey, at(place, 'chroma_key')) : null,
    ...parseColors(wire.colorAdjustment, at(place, 'color_adjustment')),
    blur: keyed('BLUR', parseNumber(wire.blur, at(place, 'blur'), BLUR), scale),
    motion: wire.motion ? parseMotion(wire.motion, at(place, 'motion')) : null,
  };
}

function parseFit(wire: WireFit, place: Place, filling: Filling): Look['fit'] {
  const fit = parseEnum(wire, place, FITS);
  if (filling === 'FITTED') return fit;
  if (wire !== WireFit.FIT_UNSPECIFIED && fit !== 'FILL')
    refuse(place, 'must not be set for a text, colour or gradient, which fills its box');
  return 'FILL';
}

function parseFocus(point: Point, place: Place, filling: Filling): Share {
  if (filling === 'DRAWN') refuse(place, 'must not be set for a text, colour or gradient, which fills its box');
  return parsePoint(point, place);
}

function parseBorder({ width, color }: Border, place: Place, { scale }: Frame): NonNullable<Look['border']> {
  return {
    width: parseNumber(width === 0 ? BORDER.width : width, at(place, 'width'), BORDER_WIDTH) * scale,
    color: parseColor(color || BORDER.color, at(place, 'color'), 'allowed'),
  };
}

function parseChromaKey(wire: ChromaKey, place: Place): NonNullable<Look['chromaKey']> {
  const { color, similarity, blend, despill } = wire;
  return {
    color: parseColor(color, at(place, 'color'), 'refused'),
    similarity: parseNumber(similarity === 0 ? CHROMA.similarity : similarity, at(place, 'similarity'), SIMILARITY),
    blend: parseNumber(blend ?? CHROMA.blend, at(place, 'blend'), OPACITY),
    despill,
  };
}

function parseColors(wire: WireAdjustment | undefined, place: Place): Pick<Look, 'colors' | 'lut'> {
  if (!wire) return { colors: null, lut: null };
  const colors: ColorAdjustment = {
    brightness: parseNumber(wire.brightness, at(place, 'brightness'), BRIGHTNESS),
    contrast: parseNumber(wire.contrast ?? ADJUSTMENT.contrast, at(place, 'contrast'), CONTRAST),
    saturation: parseNumber(wire.saturation ?? ADJUSTMENT.saturation, at(place, 'saturation'), SATURATION),
    gamma: parseNumber(wire.gamma === 0 ? ADJUSTMENT.gamma : wire.gamma, at(place, 'gamma'), GAMMA),
    hue: parseNumber(wire.hue, at(place, 'hue'), HUE),
    temperature: parseNumber(
      wire.temperature === 0 ? ADJUSTMENT.temperature : wire.temperature,
      at(place, 'temperature'),
      TEMPERATURE,
    ),
  };
  const lut = wire.lutUri === '' ? null : parseUri(wire.lutUri, at(place, 'lut_uri'));
  return { colors: changesNothing(colors) ? null : colors, lut };
}

function changesNothing({ brightness, contrast, saturation, gamma, hue, temperature }: ColorAdjustment): boolean {
  const { contrast: own, saturation: full, gamma: even, temperature: white } = ADJUSTMENT;
  return (
    brightness === 0 && contrast === own && saturation === full && gamma === even && hue === 0 && temperature === white
  );
}

function parseMotion({ kind, strength, focus }: WireMotion, place: Place): Motion | null {
  const known = parseKnownEnum(kind, at(place, 'kind'), MOTIONS);
  if (kind === Motion_Kind.KIND_UNSPECIFIED) refuse(at(place, 'kind'), 'is required');
  const used = parseNumber(strength === 0 ? DEFAULT_STRENGTH : strength, at(place, 'strength'), MOTION_STRENGTH);
  const point = focus ? parsePoint(focus, at(place, 'focus')) : { x: 0.5, y: 0.5 };
  return known && { kind: known, strength: used, focus: point };
}
