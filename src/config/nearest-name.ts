import { closestMatch } from 'leven';

/** The name that a misspelt one was probably meant to be: a third of its letters may be wrong. Null: none is near. */
export function nearestName(misspelt: string, names: readonly string[]): string | null {
  return closestMatch(misspelt, names, { maxDistance: Math.max(2, Math.floor(misspelt.length / 3)) }) ?? null;
}
