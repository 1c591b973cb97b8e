import { type Easing, LINEAR, NAMED_EASINGS } from '../../../composition/timeline/easing.js';
import { nearestName } from '../../../shared/nearest-name.js';
import { type Place, refuse } from '../fields.js';

const NUMBER = String.raw`\s*([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))\s*`;
const BEZIER = new RegExp(String.raw`^cubic-bezier\(${NUMBER},${NUMBER},${NUMBER},${NUMBER}\)$`);
/** How far a curve may leave the way. */
const MAX_OVERSHOOT = 10;
const WORDS = Object.keys(NAMED_EASINGS);
const MAX_CHARACTERS = 100;

/** Reads how a value gets from one to another. @param byDefault where nothing is said. */
export function parseEasing(text: string, place: Place, byDefault: Easing = LINEAR): Easing {
  if (text === '') return byDefault;
  const named: Readonly<Record<string, Easing>> = NAMED_EASINGS;
  const known = Object.hasOwn(named, text) ? named[text] : undefined;
  if (known) return known;
  const match = text.length > MAX_CHARACTERS ? null : BEZIER.exec(text);
  if (!match) {
    const near = nearestName(text, WORDS);
    const hint = near === null ? '' : `; did you mean ${near}?`;
    refuse(place, `must be one of ${WORDS.join(', ')} or cubic-bezier(x1, y1, x2, y2)${hint}`);
    return byDefault;
  }
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = match.slice(1).map((number) => Number(number) + 0);
  if (Math.min(x1, x2) < 0 || Math.max(x1, x2) > 1) refuse(place, 'must have an x1 and an x2 from 0 to 1');
  else if (Math.max(Math.abs(y1), Math.abs(y2)) > MAX_OVERSHOOT)
    refuse(place, `must have a y1 and a y2 from -${MAX_OVERSHOOT} to ${MAX_OVERSHOOT}`);
  return { kind: 'BEZIER', x1, y1, x2, y2 };
}
