import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

/** Whether a value of JSON is an object; undefined: there is none. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
