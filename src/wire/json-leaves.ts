import { type DescEnum, type DescMessage, fromJson, type JsonValue, ScalarType } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { nearestName } from '../shared/nearest-name.js';

/** The type of a value without fields of its own; a message may be one, such as a duration. */
export type JsonLeaf =
  | { readonly kind: 'scalar'; readonly type: ScalarType }
  | { readonly kind: 'enum'; readonly desc: DescEnum }
  | { readonly kind: 'message'; readonly desc: DescMessage };

/** Names and values of a caller are quoted up to this length. */
const MAX_QUOTED_CHARACTERS = 63;
const DURATION = /^-?\d+(\.\d{1,9})?s$/;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
/** No number of 64 bits has more digits; to make a whole number of millions would take seconds. */
const WHOLE = /^-?\d{1,20}(\.0+)?$/;
/** Ten thousand years, as protobuf has it. */
const MOST_SECONDS = 315_576_000_000;
/** Half of a pair: UTF-8 has no bytes for it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether a message has a JSON form of its own instead of fields. */
export function isLeafMessage({ typeName }: DescMessage): boolean {
  return typeName === 'google.protobuf.Duration' || typeName === 'google.protobuf.Timestamp';
}

/** The fault of a value in proto3's JSON, as the rest of a sentence that begins with the field; null when there is none. */
export function leafProblem(leaf: JsonLeaf, value: JsonValue): string | null {
  switch (leaf.kind) {
    case 'scalar':
      return scalarProblem(leaf.type, value);
    case 'enum':
      return enumProblem(leaf.desc, value);
    case 'message':
      return messageProblem(leaf.desc, value);
  }
}

function messageProblem({ typeName }: DescMessage, value: JsonValue): string | null {
  switch (typeName) {
    case 'google.protobuf.Duration':
      if (typeof value !== 'string' || !DURATION.test(value))
        return `must be a duration in seconds such as "1.5s", not ${shown(value)}`;
      return Math.abs(Number(value.slice(0, -1))) <= MOST_SECONDS
        ? null
        : `must be a duration of at most ${MOST_SECONDS} s, not ${shown(value)}`;
    case 'google.protobuf.Timestamp':
      return isTimestamp(value) ? null : `must be a time such as "2030-01-31T12:00:00Z", not ${shown(value)}`;
    default:
      return null;
  }
}

function isTimestamp(value: JsonValue): boolean {
  try {
    fromJson(TimestampSchema, value);
    return true;
  } catch {
    return false;
  }
}

function enumProblem(desc: DescEnum, value: JsonValue): string | null {
  if (typeof value === 'number' && Number.isInteger(value)) return null;
  const names = desc.values.map(({ name }) => name);
  if (typeof value === 'string' && names.includes(value)) return null;
  const nearest = typeof value === 'string' ? nearestValue(desc, value) : null;
  // The value 0 of an enum is the default by another name.
  const useful = desc.values.filter(({ number }) => number !== 0).map(({ name }) => name);
  const meant = nearest === null ? '' : `; did you mean ${nearest}?`;
  return `must be one of ${(useful.length > 0 ? useful : names).join(', ')}, not ${shown(value)}${meant}`;
}

/** With or without the prefix that the names of an enum share: `CROSSFADE` is meant to be `KIND_CROSS_FADE`. */
function nearestValue({ values, sharedPrefix = '' }: DescEnum, text: string): string | null {
  const prefix = sharedPrefix.toUpperCase();
  const full = new Map<string, string>();
  for (const { name } of values) {
    full.set(name, name);
    if (prefix !== '' && name.startsWith(prefix)) full.set(name.slice(prefix.length), name);
  }
  const found = nearestName(text, [...full.keys()]);
  return found === null ? null : (full.get(found) ?? null);
}

function scalarProblem(type: ScalarType, value: JsonValue): string | null {
  switch (type) {
    case ScalarType.BOOL:
      return typeof value === 'boolean' ? null : `must be true or false, not ${shown(value)}`;
    case ScalarType.STRING:
      return textProblem(value);
    case ScalarType.BYTES:
      return typeof value === 'string' ? null : `must be base64 text, not ${shown(value)}`;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return isNumber(value) ? null : `must be a number, not ${shown(value)}`;
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return wholeProblem(value, -(2n ** 31n), 2n ** 31n - 1n);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return wholeProblem(value, 0n, 2n ** 32n - 1n);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return wholeProblem(value, -(2n ** 63n), 2n ** 63n - 1n);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return wholeProblem(value, 0n, 2n ** 64n - 1n);
  }
}

function isNumber(value: JsonValue): boolean {
  // What is larger than a double was read as infinite.
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'string') return false;
  return ['NaN', 'Infinity', '-Infinity'].includes(value) || (NUMBER.test(value) && Number.isFinite(Number(value)));
}

function textProblem(value: JsonValue): string | null {
  if (typeof value !== 'string') return `must be text in quotes, not ${shown(value)}`;
  return LONE_SURROGATE.test(value) ? `must be Unicode text: ${shown(value)} has half of a surrogate pair` : null;
}

function wholeProblem(value: JsonValue, min: bigint, max: bigint): string | null {
  const number = wholeOf(value);
  if (number !== null && number >= min && number <= max) return null;
  return `must be a whole number from ${min} to ${max}, not ${shown(value)}`;
}

function wholeOf(value: JsonValue): bigint | null {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : null;
  return typeof value === 'string' && WHOLE.test(value) ? BigInt(value.replace(/\..*$/, '')) : null;
}

/** A value as a message quotes it. */
export function shown(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'one beyond the range of a double';
  return quoted(JSON.stringify(value));
}

/** Text of a caller, cut where it is long. */
export function quoted(text: string): string {
  return text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}…` : text;
}
