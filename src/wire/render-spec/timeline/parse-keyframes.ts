import { framesOf } from '../../../composition/frame-grid.js';
import type { EasedKey } from '../../../composition/timeline/timeline.js';
import { type Keyframe, Keyframe_Property as Property } from '../../../../generated/cutroom/v1/timeline.js';
import { at, type EnumTable, parseDurationUs, parseKnownEnum, parseNumber, type Place, refuse } from '../fields.js';
import { GAIN } from '../parse-audio.js';
import { type Frame, MAX_TIME_US } from './frame.js';
import { parseEasing } from './parse-easing.js';
import { OPACITY, POSITION, parseSize, ROTATION } from './parse-box.js';
import { BLUR } from './parse-shadow.js';

export const MAX_KEYFRAMES = 1_000;

export type PropertyName = 'X' | 'Y' | 'WIDTH' | 'HEIGHT' | 'OPACITY' | 'ROTATION' | 'GAIN_DB' | 'BLUR';

/** Null: refused. */
const PROPERTIES: EnumTable<Property, PropertyName | null> = {
  [Property.PROPERTY_UNSPECIFIED]: null,
  [Property.PROPERTY_X]: 'X',
  [Property.PROPERTY_Y]: 'Y',
  [Property.PROPERTY_WIDTH]: 'WIDTH',
  [Property.PROPERTY_HEIGHT]: 'HEIGHT',
  [Property.PROPERTY_OPACITY]: 'OPACITY',
  [Property.PROPERTY_ROTATION]: 'ROTATION',
  [Property.PROPERTY_GAIN_DB]: 'GAIN_DB',
  [Property.PROPERTY_BLUR]: 'BLUR',
};

/** The keyframes of each property that has some, at least one, with values as on the wire. */
export type Keyframes = ReadonlyMap<PropertyName, readonly EasedKey[]>;

/** Whether a clip or a track is seen and heard. */
export interface Senses {
  readonly noun: 'clip' | 'track';
  readonly seen: boolean;
  readonly heard: boolean;
}

/** Reads values that change. */
export function parseKeyframes(wire: readonly Keyframe[], owner: Place, frame: Frame, senses: Senses): Keyframes {
  const keyframes = new Map<PropertyName, EasedKey[]>();
  wire.forEach((key, i) => {
    const place = at(owner, 'keyframes', i);
    const property = parseProperty(key.property, at(place, 'property'), senses);
    const us = key.time ? parseDurationUs(key.time, at(place, 'time'), { minUs: 0, maxUs: MAX_TIME_US }) : 0;
    const easing = parseEasing(key.easing, at(place, 'easing'));
    if (property === null) return;
    const value = parseValue(key.value, at(place, 'value'), property, frame);
    if (us === null) return;
    const own = keyframes.get(property) ?? [];
    const before = own.at(-1);
    const { frameRate } = frame.canvas;
    if (before && framesOf(us, frameRate) <= framesOf(before.us, frameRate)) {
      refuse(at(place, 'time'), `must be later than the keyframe of ${property} before it, by a frame at least`);
      return;
    }
    keyframes.set(property, own);
    own.push({ us, value, easing });
  });
  return keyframes;
}

function parseProperty(wire: Property, place: Place, { noun, seen, heard }: Senses): PropertyName | null {
  const property = parseKnownEnum(wire, place, PROPERTIES);
  if (wire === Property.PROPERTY_UNSPECIFIED) refuse(place, 'is required');
  if (property === null) return null;
  if (property === 'GAIN_DB' ? heard : seen) return property;
  refuse(
    place,
    property === 'GAIN_DB'
      ? `must not be PROPERTY_GAIN_DB: the ${noun} has no sound`
      : `must be PROPERTY_GAIN_DB: the ${noun} has no picture`,
  );
  return null;
}

function parseValue(value: number, place: Place, property: PropertyName, { canvas }: Frame): number {
  switch (property) {
    case 'X':
    case 'Y':
      return parseNumber(value, place, POSITION);
    case 'WIDTH':
      return parseSize(value, place, canvas.width);
    case 'HEIGHT':
      return parseSize(value, place, canvas.height);
    case 'OPACITY':
      return parseNumber(value, place, OPACITY);
    case 'ROTATION':
      return parseNumber(value, place, ROTATION);
    case 'GAIN_DB':
      return parseNumber(value, place, GAIN);
    case 'BLUR':
      return parseNumber(value, place, BLUR);
  }
}
