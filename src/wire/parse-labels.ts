import { type Place, refuse } from './render-spec/fields.js';

const MAX_LABELS = 64;
const KEY = /^[a-z][a-z0-9_-]{0,62}$/;
const MAX_VALUE_CHARACTERS = 256;
/** So much of a key that is wrong is told: it may be as long as the request. */
const MAX_TOLD_CHARACTERS = 63;

/** Reads a caller's own marks. A label that is wrong is named by its key: `labels["x y"]`. */
export function parseLabels(wire: Readonly<Record<string, string>>, place: Place): Readonly<Record<string, string>> {
  const entries = Object.entries(wire);
  if (entries.length > MAX_LABELS) {
    // Not looked at one by one: a request of the largest size has a hundred thousand of them.
    refuse(place, `must be at most ${MAX_LABELS}, not ${entries.length}`);
    return {};
  }
  for (const [key, value] of entries) {
    const here = { ...place, field: `${place.field}[${told(key)}]` };
    if (!KEY.test(key)) refuse(here, 'must have a key of 1 to 63 characters a-z 0-9 _ - that begins with a letter');
    if (isLonger(value, MAX_VALUE_CHARACTERS))
      refuse(here, `must have a value of at most ${MAX_VALUE_CHARACTERS} characters`);
  }
  return wire;
}

function told(key: string): string {
  return JSON.stringify(key.length > MAX_TOLD_CHARACTERS ? `${key.slice(0, MAX_TOLD_CHARACTERS)}…` : key);
}

function isLonger(text: string, characters: number): boolean {
  // UTF-16 units first: counting characters needs a copy of a text that may be as large as the request.
  return text.length > 2 * characters || Array.from(text).length > characters;
}
