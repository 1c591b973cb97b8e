import type { Frame } from '../canvas.js';
import type { Source } from '../reader.js';

/** A length of CSS in pixels of the frame: a number, `72px`, `4vw`, `5vh`, `8vmin`. Another one is reported. */
export function pixelsIn(source: Source, key: string, { width, height }: Frame): number | undefined {
  const given = source.text(key);
  if (given === undefined) return undefined;
  const units: Readonly<Record<string, number>> = {
    '': 1,
    px: 1,
    vw: width / 100,
    vh: height / 100,
    vmin: Math.min(width, height) / 100,
    vmax: Math.max(width, height) / 100,
  };
  const [, number, unit = ''] = /^\s*(-?\d+(?:\.\d+)?)\s*(px|vw|vh|vmin|vmax)?\s*$/.exec(given) ?? [];
  const factor = units[unit];
  if (number !== undefined && factor !== undefined) return Number(number) * factor;
  source.warn(key, 'is not a length in px, vw or vh; it is left out');
  return undefined;
}
