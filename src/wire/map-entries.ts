import type { Place } from './render-spec/fields.js';

/** A wrong key is quoted up to this length: it may be as long as the request. */
const MAX_QUOTED_CHARACTERS = 63;

/** The place of an entry of a map, by its key: `labels["x y"]`. */
export function entryPlace(place: Place, key: string): Place {
  const shown = key.length > MAX_QUOTED_CHARACTERS ? `${key.slice(0, MAX_QUOTED_CHARACTERS)}…` : key;
  return { ...place, field: `${place.field}[${JSON.stringify(shown)}]` };
}

/** Whether a text has more characters. */
export function isLonger(text: string, characters: number): boolean {
  // UTF-16 units first: counting characters needs a copy of a text that may be as large as the request.
  return text.length > 2 * characters || Array.from(text).length > characters;
}
