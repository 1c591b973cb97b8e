import type { Channels } from '../../../composition/composition.js';
import type { FadeCurve } from '../../../composition/fade-curve.js';
import type { AudioContent, Sound, VideoSource } from '../../../composition/timeline/timeline.js';
import {
  type AudioAsset,
  FadeCurve as WireFadeCurve,
  ShortSource,
  SoundSettings,
  SoundSettings_Channels,
  type VideoAsset,
} from '../../../../generated/cutroom/v1/timeline.js';
import type { Duration } from '../../../../generated/google/protobuf/duration.js';
import {
  at,
  type EnumTable,
  parseDurationUs,
  parseEnum,
  parseNumber,
  parseUri,
  type Place,
  refuse,
} from '../fields.js';
import { GAIN } from '../parse-audio.js';
import { MAX_TIME_US } from './frame.js';
import type { Keyframes } from './parse-keyframes.js';

export const TRIM = { minUs: 0, maxUs: 24 * 3600 * 1_000_000 };
export const SPEED = { min: 0.25, max: 4, unit: '' };
export const SOUND_FADE = { minUs: 0, maxUs: MAX_TIME_US };

export const SHORT_SOURCES: EnumTable<ShortSource, VideoSource['shortSource']> = {
  [ShortSource.SHORT_SOURCE_UNSPECIFIED]: 'FAIL',
  [ShortSource.SHORT_SOURCE_FAIL]: 'FAIL',
  [ShortSource.SHORT_SOURCE_HOLD]: 'HOLD',
  [ShortSource.SHORT_SOURCE_LOOP]: 'LOOP',
};

export const CHANNELS: EnumTable<SoundSettings_Channels, Channels> = {
  [SoundSettings_Channels.CHANNELS_UNSPECIFIED]: 'STEREO',
  [SoundSettings_Channels.CHANNELS_STEREO]: 'STEREO',
  [SoundSettings_Channels.CHANNELS_LEFT]: 'LEFT',
  [SoundSettings_Channels.CHANNELS_RIGHT]: 'RIGHT',
  [SoundSettings_Channels.CHANNELS_MONO]: 'MONO',
  [SoundSettings_Channels.CHANNELS_SWAP]: 'SWAP',
};

export const FADE_CURVES: EnumTable<WireFadeCurve, FadeCurve> = {
  [WireFadeCurve.FADE_CURVE_UNSPECIFIED]: 'LINEAR',
  [WireFadeCurve.FADE_CURVE_LINEAR]: 'LINEAR',
  [WireFadeCurve.FADE_CURVE_EQUAL_POWER]: 'EQUAL_POWER',
  [WireFadeCurve.FADE_CURVE_S_CURVE]: 'S_CURVE',
  [WireFadeCurve.FADE_CURVE_EXPONENTIAL]: 'EXPONENTIAL',
  [WireFadeCurve.FADE_CURVE_LOGARITHMIC]: 'LOGARITHMIC',
};

/** Reads a video and its sound. */
export function parseVideo(wire: VideoAsset, place: Place, keyframes: Keyframes): VideoSource {
  const sound = at(place, 'sound');
  const shortSource = parseEnum(wire.shortSource, at(place, 'short_source'), SHORT_SOURCES);
  const isEndless = shortSource !== 'FAIL';
  if (wire.reverse && isEndless)
    refuse(
      at(place, 'reverse'),
      'must not be set with SHORT_SOURCE_HOLD or SHORT_SOURCE_LOOP: it needs an end to begin at',
    );
  if (wire.muted && wire.sound) refuse(sound, 'must not be set for a video that is muted');
  if (wire.freeze) refuseMoving(wire, place);
  return {
    kind: 'VIDEO',
    asset: parseUri(wire.uri, at(place, 'uri')),
    trimStartUs: parseTrim(wire.trimStart, at(place, 'trim_start')),
    speed: parseSpeed(wire.speed, at(place, 'speed')),
    shortSource,
    reverse: wire.reverse,
    freeze: wire.freeze,
    sound: wire.muted || wire.freeze ? null : parseSound(wire.sound, sound, keyframes),
  };
}

/** A frame that stands has no speed, no end and no sound. */
function refuseMoving({ speed, shortSource, sound, reverse }: VideoAsset, place: Place): void {
  const isSet = {
    speed: speed !== 0,
    short_source: shortSource !== ShortSource.SHORT_SOURCE_UNSPECIFIED,
    sound: sound !== undefined,
    reverse,
  };
  for (const [name, set] of Object.entries(isSet))
    if (set) refuse(at(place, name), 'must not be set with freeze: one frame stands, in silence');
}

/** Reads sound without a picture. */
export function parseAudio(wire: AudioAsset, place: Place, keyframes: Keyframes): AudioContent {
  const speed = parseSpeed(wire.speed, at(place, 'speed'));
  if (wire.loop && speed !== 1) refuse(at(place, 'loop'), 'must not be set with a speed');
  if (wire.loop && wire.reverse)
    refuse(at(place, 'reverse'), 'must not be set with `loop`: it needs an end to begin at');
  return {
    kind: 'AUDIO',
    asset: parseUri(wire.uri, at(place, 'uri')),
    trimStartUs: parseTrim(wire.trimStart, at(place, 'trim_start')),
    speed,
    loop: wire.loop,
    reverse: wire.reverse,
    sound: parseSound(wire.sound, at(place, 'sound'), keyframes),
  };
}

function parseTrim(wire: Duration | undefined, place: Place): number {
  return (wire ? parseDurationUs(wire, place, TRIM) : 0) ?? 0;
}

function parseSpeed(wire: number, place: Place): number {
  return wire === 0 ? 1 : parseNumber(wire, place, SPEED);
}

function parseSound(wire: SoundSettings | undefined, place: Place, keyframes: Keyframes): Sound {
  const { gainDb, fadeIn, fadeOut, channels, fadeInCurve, fadeOutCurve } = wire ?? SoundSettings.create();
  const fade = (length: Duration | undefined, name: string) =>
    (length ? parseDurationUs(length, at(place, name), SOUND_FADE) : 0) ?? 0;
  const curve = (wireCurve: WireFadeCurve, length: Duration | undefined, name: string) => {
    const here = at(place, `${name}_curve`);
    if (!length && wireCurve !== WireFadeCurve.FADE_CURVE_UNSPECIFIED) refuse(here, `must not be set without ${name}`);
    return parseEnum(wireCurve, here, FADE_CURVES);
  };
  const gain = parseNumber(gainDb, at(place, 'gain_db'), GAIN);
  return {
    field: place.field,
    gainDb: keyframes.get('GAIN_DB') ?? gain,
    fadeInUs: fade(fadeIn, 'fade_in'),
    fadeOutUs: fade(fadeOut, 'fade_out'),
    fadeInCurve: curve(fadeInCurve, fadeIn, 'fade_in'),
    fadeOutCurve: curve(fadeOutCurve, fadeOut, 'fade_out'),
    channels: parseEnum(channels, at(place, 'channels'), CHANNELS),
  };
}
