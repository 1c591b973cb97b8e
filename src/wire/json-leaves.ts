import { type DescEnum, type DescMessage, type JsonValue, ScalarType } from '@bufbuild/protobuf';
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
const WHOLE = /^-?\d+(\.0+)?$/;

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
      if (typeof value === 'string' && DURATION.test(value)) return null;
      return `must be a duration in seconds such as "1.5s", not ${shown(value)}`;
    case 'google.protobuf.Timestamp':
      return typeof value === 'string' ? null : `must be a time such as "2030-01-31T12:00:00Z", not ${shown(value)}`;
    default:
      return null;
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
      return typeof value === 'string' ? null : `must be text in quotes, not ${shown(value)}`;
    case ScalarType.BYTES:
      return typeof value === 'string' ? null : `must be base64 text, not ${shown(value)}`;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return isNumber(value) ? null : `must be a number, not ${shown(value)}`;
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return wholeProblem(value, -(2 ** 31), 2 ** 31 - 1);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return wholeProblem(value, 0, 2 ** 32 - 1);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return wholeProblem(value, -(2 ** 63), 2 ** 63);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return wholeProblem(value, 0, 2 ** 64);
  }
}

function isNumber(value: JsonValue): boolean {
  if (typeof value === 'number') return true;
  return typeof value === 'string' && (NUMBER.test(value) || ['NaN', 'Infinity', '-Infinity'].includes(value));
}

function wholeProblem(value: JsonValue, min: number, max: number): string | null {
  const number =
    typeof value === 'number' ? value : typeof value === 'string' && WHOLE.test(value) ? Number(value) : NaN;
  if (Number.isInteger(number) && number >= min && number <= max) return null;
  const range = max > 2 ** 32 ? '' : ` from ${min} to ${max}`;
  return `must be a whole number${range}, not ${shown(value)}`;
}

/** A value as a message quotes it. */
export function shown(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return quoted(JSON.stringify(value));
}

/** Text of a caller, cut where it is long. */
export function quoted(text: string): string {
  return text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}…` : text;
}
