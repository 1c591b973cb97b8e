import { createHash } from 'node:crypto';
import { firstOfEach } from '../../composition/asset.js';
import type { Composition } from '../../composition/composition.js';
import type { Drawing } from '../../composition/drawing.js';
import type { Step } from '../steps/step.js';

/** Draws some of the pictures of an attempt, in one process. */
export type DrawStep = Step & { readonly kind: 'draw'; readonly drawings: readonly Drawing[] };

/** A second process halves the time of many pictures; for a few its start costs more. */
const DRAWINGS_FOR_TWO = 8;

/** Steps for every drawing of the compositions, each once. The parts of a text stay together. Pure. */
export function planDrawings(compositions: readonly Composition[]): DrawStep[] {
  const drawings = firstOfEach(compositions.flatMap((composition) => composition.drawings ?? []));
  if (drawings.length === 0) return [];
  const half = drawings.length < DRAWINGS_FOR_TWO ? drawings.length : Math.ceil(drawings.length / 2);
  return [drawings.slice(0, half), drawings.slice(half)]
    .filter(({ length }) => length > 0)
    .map((part, i) => ({
      id: `draw ${i}`,
      kind: 'draw',
      drawings: part,
      after: [],
      phase: 'PROBING',
      frames: 0,
      tries: 2,
    }));
}

/** The PNG of a drawing, relative to the scratch folder. */
export function drawingFile({ uri }: Drawing): string {
  return `drawings/${createHash('sha256').update(uri).digest('hex').slice(0, 32)}.png`;
}
