import { closestMatch } from 'leven';

/** Longer names are not compared: the time that it takes rises with the square of their length. */
const MAX_CHARACTERS = 63;

/** The one of `names` that a misspelt name was probably meant to be, case and separators aside; null when it is like none of them. */
export function nearestName(misspelt: string, names: readonly string[]): string | null {
  if (misspelt.length > MAX_CHARACTERS) return null;
  const plain = new Map(names.map((name) => [plainOf(name), name]));
  const wanted = plainOf(misspelt);
  // A third of the letters may be wrong.
  const found = closestMatch(wanted, [...plain.keys()], { maxDistance: Math.max(1, Math.floor(wanted.length / 3)) });
  return found === undefined ? null : (plain.get(found) ?? null);
}

function plainOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
