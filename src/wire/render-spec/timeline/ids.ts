import { nearestName } from '../../../shared/nearest-name.js';
import { at, type Place, refuse } from '../fields.js';

export const ID = /^[A-Za-z0-9_.-]{1,64}$/;
const MAX_SHOWN_CHARACTERS = 64;

/** The ids of the clips or of the tracks of a timeline. */
export interface Ids {
  /** Reads the id that something has. Empty: none. @param index its place among all. */
  own(id: string, place: Place, index: number): string;
  /** The place of what an id names; null: nothing has it, which is noted. */
  find(id: string, place: Place): number | null;
}

/** @param places where each of them stands in the request. */
export function createIds(
  all: readonly string[],
  { noun, places }: { readonly noun: string; readonly places: (index: number) => string },
): Ids {
  const first = new Map<string, number>();
  all.forEach((id, index) => {
    if (id !== '' && !first.has(id)) first.set(id, index);
  });
  return {
    own(id, owner, index) {
      if (id === '') return '';
      const place = at(owner, 'id');
      const earlier = first.get(id);
      if (!ID.test(id)) refuse(place, 'must be 1 to 64 letters, digits, `_`, `-` and `.`');
      else if (earlier !== undefined && earlier !== index) refuse(place, `must differ from ${places(earlier)}.id`);
      return ID.test(id) ? id : '';
    },
    find(id, place) {
      const found = first.get(id);
      if (found !== undefined) return found;
      const near = nearestName(
        id,
        [...first.keys()].filter((known) => ID.test(known)),
      );
      const hint = near === null ? '' : `; did you mean "${near}"?`;
      refuse(place, id === '' ? 'is required' : `names no ${noun}: "${id.slice(0, MAX_SHOWN_CHARACTERS)}"${hint}`);
      return null;
    },
  };
}
