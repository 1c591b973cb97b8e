import { createRequire } from 'node:module';
import type * as Culori from 'culori';
import type { Source } from './reader.js';

/** Its bundle is one file; its modules are hundreds, which Node would open all at once. */
const { formatHex, formatHex8, parse } = createRequire(import.meta.url)('culori') as typeof Culori;

/** Longer text is no colour. */
const MAX_CHARACTERS = 64;

/** A CSS colour as `#RRGGBB`, or as `#RRGGBBAA` when it is not opaque. Undefined when it is none. @param opacity 0 to 1, on top of the colour's own. */
export function hexColor(css: string, opacity = 1): string | undefined {
  const color = css.length > MAX_CHARACTERS ? undefined : parse(css.trim());
  if (!color) return undefined;
  const alpha = (color.alpha ?? 1) * opacity;
  return (alpha < 1 ? formatHex8({ ...color, alpha }) : formatHex(color)).toUpperCase();
}

/** A field with a CSS colour. Another value is reported. */
export function colorIn(source: Source, key: string, opacity = 1): string | undefined {
  const given = source.text(key);
  if (given === undefined) return undefined;
  const color = hexColor(given, opacity);
  if (color === undefined) source.warn(key, 'is not a colour; it is left out');
  return color;
}

/** The same without transparency, as Canvas.background and ChromaKey.color have it. */
export function opaqueColorIn(source: Source, key: string): string | undefined {
  const color = colorIn(source, key);
  if (color !== undefined && color.length > 7) source.warn(key, 'is opaque here');
  return color?.slice(0, 7);
}
