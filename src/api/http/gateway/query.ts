import { type DescField, type DescMessage, type JsonObject, type JsonValue, ScalarType } from '@bufbuild/protobuf';

/**
 * Sets a field of a message in JSON from text, as grpc-gateway does with path variables and query parameters: by proto or JSON names,
 * through messages by dots, repeated names for lists. A name that the message does not have is ignored.
 */
export function setField(desc: DescMessage, json: JsonObject, path: string, text: string): void {
  const [name = '', ...rest] = path.split('.');
  const field = desc.fields.find((f) => f.name === name || f.jsonName === name);
  if (!field) return;
  if (rest.length > 0) {
    if (field.fieldKind !== 'message') return;
    const inner = json[field.jsonName];
    const target = isObject(inner) ? inner : {};
    json[field.jsonName] = target;
    setField(field.message, target, rest.join('.'), text);
  } else if (field.fieldKind === 'list') {
    const earlier = json[field.jsonName];
    json[field.jsonName] = [...(Array.isArray(earlier) ? earlier : []), valueOf(field, text)];
  } else if (field.fieldKind !== 'map') {
    json[field.jsonName] = valueOf(field, text);
  }
}

/** Reads a whole query string. @throws Error, fit for a caller, on a malformed one and on a field that is given twice without being a list. */
export function setQueryFields(desc: DescMessage, json: JsonObject, query: string): void {
  if (query === '') return;
  if (/%(?![0-9a-f]{2})/i.test(query)) throw new SyntaxError('has a malformed percent-encoding');
  const seen = new Set<string>();
  for (const [name, text] of new URLSearchParams(query)) {
    const field = desc.fields.find((f) => f.name === name || f.jsonName === name);
    if (field && field.fieldKind !== 'list') {
      if (seen.has(field.name)) throw new SyntaxError(`has ${field.name} more than once`);
      seen.add(field.name);
    }
    setField(desc, json, name, text);
  }
}

/** Text as the JSON that the field's type wants; where it does not fit, the JSON's reader refuses it. */
function valueOf(field: DescField, text: string): JsonValue {
  if (field.scalar === ScalarType.BOOL) return text === 'true' ? true : text === 'false' ? false : text;
  if (field.enum && /^-?\d+$/.test(text)) return Number(text);
  return text;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
