import { type DescField, type DescMessage, type JsonObject, type JsonValue, ScalarType } from '@bufbuild/protobuf';
import { isJsonObject } from '../../../shared/is-json-object.js';
import { quoted } from '../../../wire/json-leaves.js';
import { JsonProblemsError } from '../../../wire/json-problems.js';

/** How the answer is to be, as Google's APIs have it: no field of a request. */
const ALT = '$alt';
/** More names of a query than this are not told. */
const MAX_NAMES = 100;

/**
 * Sets a field of a message in JSON from text, as grpc-gateway does with path variables and query parameters: by proto or JSON names,
 * through messages by dots, repeated names for lists. A name that the message does not have is kept as it is, for the reader of the JSON to refuse.
 */
export function setField(desc: DescMessage, json: JsonObject, path: string, text: string): void {
  const [name = '', ...rest] = path.split('.');
  const field = fieldOf(desc, name);
  if (!field || field.fieldKind === 'map' || (rest.length > 0 && field.fieldKind !== 'message')) {
    // Not by assignment, to which `__proto__` is no name.
    Object.defineProperty(json, path, { value: text, enumerable: true, configurable: true, writable: true });
  } else if (field.fieldKind === 'message' && rest.length > 0) {
    const inner = json[field.jsonName];
    const target = isJsonObject(inner) ? inner : {};
    json[field.jsonName] = target;
    setField(field.message, target, rest.join('.'), text);
  } else if (field.fieldKind === 'list') {
    const earlier = json[field.jsonName];
    json[field.jsonName] = [...(Array.isArray(earlier) ? earlier : []), valueOf(field, text)];
  } else {
    json[field.jsonName] = valueOf(field, text);
  }
}

/** Reads a whole query string. @throws Error, fit for a caller, on a malformed one and on a field that is given twice without being a list. */
export function setQueryFields(desc: DescMessage, json: JsonObject, query: string): void {
  if (query === '') return;
  if (/%(?![0-9a-f]{2})/i.test(query)) throw new SyntaxError('has a malformed percent-encoding');
  const seen = new Set<string>();
  for (const [name, text] of new URLSearchParams(query)) {
    if (name === ALT) continue;
    const field = fieldOf(desc, name);
    if (field && field.fieldKind !== 'list') {
      if (seen.has(field.name)) throw new SyntaxError(`has ${field.name} more than once`);
      seen.add(field.name);
    }
    setField(desc, json, name, text);
  }
}

/**
 * The query of a request whose message is in the body counts for nothing.
 * @throws JsonProblemsError on any name in it, which the caller meant for something.
 */
export function refuseQuery(query: string): void {
  const names = query === '' ? [] : [...new Set(new URLSearchParams(query).keys())].filter((name) => name !== ALT);
  if (names.length === 0) return;
  throw new JsonProblemsError(
    names
      .slice(0, MAX_NAMES)
      .map((name) => ({ field: quoted(name), description: 'must not be in the query: the request is in the body' })),
  );
}

function fieldOf(desc: DescMessage, name: string): DescField | undefined {
  return desc.fields.find((f) => f.name === name || f.jsonName === name);
}

/** Text as the JSON that the field's type wants; where it does not fit, the JSON's reader refuses it. */
function valueOf(field: DescField, text: string): JsonValue {
  if (field.scalar === ScalarType.BOOL) return text === 'true' ? true : text === 'false' ? false : text;
  if (field.enum && /^-?\d+$/.test(text)) return Number(text);
  return text;
}
