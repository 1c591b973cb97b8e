import type { JsonObject, JsonValue } from '@bufbuild/protobuf';

/** A body as a JSON object; null when it is none. */
export function parseJsonObject(body: Uint8Array | null): JsonObject | null {
  try {
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body ?? new Uint8Array())) as JsonValue;
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : null;
  } catch {
    return null;
  }
}
