import { wordsOf } from './words-of.js';

interface Limits {
  readonly maxWords: number;
  readonly maxChars: number;
}

/** A word, or a piece of one that is longer than a group may be, with the space after it. */
interface Unit {
  readonly text: string;
  /** In characters as readers see them; and of its space. */
  readonly length: number;
  readonly space: number;
  /** 0 of a piece that goes on a word. */
  readonly words: number;
}

/** A character with its marks. */
const CHARACTER = /\P{M}\p{M}*|\p{M}+/gsu;

/** A text in as few groups of whole words as the limits allow, which are then of about equal length. */
export function groupsByLength(text: string, limits: Limits): string[] {
  const units = wordsOf(text).flatMap((word) => unitsOf(word, limits.maxChars));
  const { length } = filled(units, limits);
  let [least, most] = [1, limits.maxChars];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (units.every((unit) => unit.length <= middle) && filled(units, { ...limits, maxChars: middle }).length <= length)
      most = middle;
    else least = middle + 1;
  }
  return filled(units, { ...limits, maxChars: most });
}

function unitsOf(word: string, most: number): Unit[] {
  const characters = word.trimEnd().match(CHARACTER) ?? [];
  const space = word.length > word.trimEnd().length ? 1 : 0;
  const pieces = Math.max(1, Math.ceil(characters.length / most));
  return Array.from({ length: pieces }, (_, i) => {
    const own = characters.slice(i * most, (i + 1) * most);
    const isLast = i === pieces - 1;
    return {
      text: own.join('') + (isLast && space > 0 ? ' ' : ''),
      length: own.length,
      space: isLast ? space : 0,
      words: i === 0 ? 1 : 0,
    };
  });
}

/** As much into each group as it holds. */
function filled(units: readonly Unit[], { maxWords, maxChars }: Limits): string[] {
  const groups: string[] = [];
  let [group, length, words] = ['', 0, 0];
  for (const unit of units) {
    if (group !== '' && (length + unit.length > maxChars || words + unit.words > maxWords)) {
      groups.push(group.trim());
      [group, length, words] = ['', 0, 0];
    }
    group += unit.text;
    length += unit.length + unit.space;
    words += unit.words;
  }
  return group.trim() === '' ? groups : [...groups, group.trim()];
}
