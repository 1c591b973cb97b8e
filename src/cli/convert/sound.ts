import { SoundSettings } from '../../../generated/cutroom/v1/timeline.js';
import { rounded } from './canvas.js';
import { durationOf } from './time.js';

/** The quietest that a gain makes; silence is said otherwise. */
export const QUIETEST_DB = -60;

/** A volume, 1 being the file's own, in dB: -60 to 20. @param volume above 0. */
export function gainOf(volume: number): number {
  return Math.min(20, Math.max(QUIETEST_DB, rounded(20 * Math.log10(volume))));
}

/** Undefined when nothing differs from the defaults. */
export function soundOf(settings: {
  readonly gainDb?: number;
  readonly fadeInNs?: bigint | undefined;
  readonly fadeOutNs?: bigint | undefined;
}): SoundSettings | undefined {
  const { gainDb = 0, fadeInNs = 0n, fadeOutNs = 0n } = settings;
  if (gainDb === 0 && fadeInNs <= 0n && fadeOutNs <= 0n) return undefined;
  return SoundSettings.fromPartial({
    gainDb,
    fadeIn: fadeInNs > 0n ? durationOf(fadeInNs) : undefined,
    fadeOut: fadeOutNs > 0n ? durationOf(fadeOutNs) : undefined,
  });
}
