import type { Montage } from '../../composition/montage/montage.js';
import type { Montage as WireMontage, Music, Narration } from '../../../generated/cutroom/v1/montage.js';
import { at, parseDurationUs, parseNumber, parseUri, type Place } from './fields.js';

export const GAIN = { min: -60, max: 20, unit: 'dB' };
export const DEFAULT_MUSIC_GAIN_DB = -14;
export const FADE_OUT = { minUs: 0, maxUs: 60_000_000, defaultUs: 3_000_000 };

/** Reads the speech. */
export function parseNarration(wire: Narration, place: Place): NonNullable<Montage['narration']> {
  return {
    asset: parseUri(wire.uri, at(place, 'uri')),
    gainDb: parseNumber(wire.gainDb, at(place, 'gain_db'), GAIN),
  };
}

/** Reads the music. */
export function parseMusic(wire: Music, place: Place): NonNullable<Montage['music']> {
  return {
    asset: parseUri(wire.uri, at(place, 'uri')),
    gainDb: parseNumber(wire.gainDb ?? DEFAULT_MUSIC_GAIN_DB, at(place, 'gain_db'), GAIN),
    fadeOutUs: parseFadeOut(wire, at(place, 'fade_out')),
  };
}

function parseFadeOut({ fadeOut }: Music, place: Place): number {
  return (fadeOut ? parseDurationUs(fadeOut, place, FADE_OUT) : null) ?? FADE_OUT.defaultUs;
}

/** Reads how loud the videos' own sound is. */
export function parseMaterialSound(
  { materialSound, narration }: Pick<WireMontage, 'materialSound' | 'narration'>,
  place: Place,
): NonNullable<Montage['materialSound']> {
  const gainDb = materialSound?.gainDb ?? materialGainDb(narration !== undefined);
  return { gainDb: parseNumber(gainDb, at(place, 'gain_db'), GAIN) };
}

/** Their loudness where none is given. */
export function materialGainDb(isNarrated: boolean): number {
  return isNarrated ? DEFAULT_MUSIC_GAIN_DB : 0;
}
