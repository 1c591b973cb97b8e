import type { AssetRef, FontRef } from '../../composition/asset.js';
import type { Color } from '../../composition/color.js';
import type { Violation } from '../../composition/violation.js';
import type { Duration } from '../../../generated/google/protobuf/duration.js';

/** What the parsers of the parts of one spec write to. A part that is wrong is noted and stands in with a default, so that the others are still read. */
export interface Findings {
  readonly violations: Violation[];
  readonly assets: AssetRef[];
  readonly fonts: FontRef[];
}

/** Where a part stands, and where to write what is found about it. */
export interface Place {
  readonly field: string;
  readonly findings: Findings;
}

export const MAX_URI_BYTES = 4096;
/** Without a NUL character. */
export const URI = /^[^\u0000]+$/;
/** As long as a file's name may be. */
export const MAX_FONT_BYTES = 255;
const MAX_DURATION_SECONDS = 315_576_000_000n;
const US_PER_SECOND = 1_000_000;

/** Without the flag `i`, so that documents can have them as they are. */
export const COLOR = /^#([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})$/;
export const COLOR_WITH_ALPHA = /^#([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})?$/;

/** A place within a place: `at(place, 'uri')`, `at(place, 'materials', 2)`. */
export function at(place: Place, name: string, index?: number): Place {
  const field = index === undefined ? `${place.field}.${name}` : `${place.field}.${name}[${index}]`;
  return { field, findings: place.findings };
}

/** Notes that something is wrong here. */
export function refuse(place: Place, description: string): void {
  place.findings.violations.push({ field: place.field, description });
}

/** An input that must be named. It is checked later whether it is there. */
export function parseUri(uri: string, place: Place): AssetRef {
  const asset = { uri, field: place.field };
  if (uri === '') refuse(place, 'is required');
  else if (Buffer.byteLength(uri) > MAX_URI_BYTES) refuse(place, `must be at most ${MAX_URI_BYTES} bytes long`);
  else if (!URI.test(uri)) refuse(place, 'must not contain a NUL character');
  else place.findings.assets.push(asset);
  return asset;
}

/** A font of the operator's. It is checked later whether it is there. */
export function parseFont(name: string, place: Place): FontRef | null {
  if (name === '') return null;
  const font = { name, field: place.field };
  if (Buffer.byteLength(name) > MAX_FONT_BYTES) refuse(place, `must be at most ${MAX_FONT_BYTES} bytes long`);
  else place.findings.fonts.push(font);
  return font;
}

/** A number within limits, both allowed. NaN and infinities are not. */
export function parseNumber(value: number, place: Place, range: { min: number; max: number; unit: string }): number {
  if (value >= range.min && value <= range.max) {
    // Minus zero is zero: it would not survive canonical JSON.
    return value + 0;
  }
  const unit = range.unit === '' ? '' : ` ${range.unit}`;
  refuse(place, `must be ${range.min} to ${range.max}${unit}`);
  return range.min;
}

/** A duration within limits, both allowed, in microseconds; null when it is not a valid one. */
export function parseDurationUs(value: Duration, place: Place, range: { minUs: number; maxUs: number }): number | null {
  const { seconds, nanos } = value;
  const oneSign = seconds === 0n || nanos === 0 || seconds > 0n === nanos > 0;
  if (!oneSign || Math.abs(nanos) > 999_999_999 || seconds > MAX_DURATION_SECONDS || seconds < -MAX_DURATION_SECONDS) {
    refuse(place, 'is not a valid duration');
    return null;
  }
  const us = Number(seconds) * US_PER_SECOND + Math.round(nanos / 1000);
  if (us >= range.minUs && us <= range.maxUs) return us;
  refuse(place, `must be ${formatSeconds(range.minUs)} to ${formatSeconds(range.maxUs)}`);
  return null;
}

/** `#RRGGBB`, or also `#RRGGBBAA` where `alpha` allows it. */
export function parseColor(text: string, place: Place, alpha: 'allowed' | 'refused'): Color {
  const match = (alpha === 'allowed' ? COLOR_WITH_ALPHA : COLOR).exec(text);
  if (!match) {
    refuse(place, alpha === 'allowed' ? 'must be a colour as #RRGGBB or #RRGGBBAA' : 'must be a colour as #RRGGBB');
    return { r: 0, g: 0, b: 0, a: 255 };
  }
  const channel = (hex: string | undefined) => Number.parseInt(hex ?? 'ff', 16);
  return { r: channel(match[1]), g: channel(match[2]), b: channel(match[3]), a: channel(match[4]) };
}

/**
 * The core's value for each value of a wire enum. A missing row does not compile. Row 0, which every enum calls UNSPECIFIED, holds the default.
 */
export type EnumTable<Wire extends number, T> = {
  readonly [Value in Wire as `${Value}` extends '-1' ? never : Value]: T;
};

/** The core's value of a wire enum. A number that this version does not know is refused, not ignored; the default stands in. */
export function parseEnum<Wire extends number, T>(value: Wire, place: Place, table: EnumTable<Wire, T>): T {
  return parseKnownEnum(value, place, table) ?? rowsOf<T>(table)[0];
}

/** The same, with null for a number that this version does not know. */
export function parseKnownEnum<Wire extends number, T>(value: Wire, place: Place, table: EnumTable<Wire, T>): T | null {
  const known = Object.hasOwn(table, value) ? rowsOf<T>(table)[value] : undefined;
  if (known !== undefined) return known;
  refuse(place, `has the unknown value ${value}`);
  return null;
}

/** The wire value that says the default of a table in so many words. */
export function namedDefault<Wire extends number, T>(table: EnumTable<Wire, T>): Wire {
  const rows = rowsOf<T>(table);
  const named = Object.keys(rows).find((value) => value !== '0' && rows[Number(value)] === rows[0]);
  return Number(named ?? 0) as Wire;
}

/** A table that can be indexed by any number from the wire. */
interface Rows<T> {
  readonly [value: number]: T;
  readonly 0: T;
}

function rowsOf<T>(table: object): Rows<T> {
  return table as Rows<T>;
}

/** Microseconds for people: `0.5 s`. */
export function formatSeconds(us: number): string {
  return `${us / US_PER_SECOND} s`;
}
