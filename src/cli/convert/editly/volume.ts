import type { Source } from '../reader.js';
import { gainOf } from '../sound.js';

/** A volume as a gain in dB: a number, 1 being the file's own, or text such as `10dB`. Undefined: silent. */
export function gainIn(source: Source, key: string): number | undefined {
  const given = source.value(key);
  const decibels = typeof given === 'string' ? /^\s*([+-]?\d+(?:\.\d+)?)\s*dB\s*$/i.exec(given)?.[1] : undefined;
  if (decibels !== undefined) return Math.max(-60, Math.min(20, Number(decibels)));
  const volume = source.number(key) ?? 1;
  return volume <= 0 ? undefined : gainOf(volume);
}
