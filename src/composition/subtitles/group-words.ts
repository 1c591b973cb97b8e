import type { Cue } from '../captions.js';
import { groupsByLength } from './group-by-length.js';
import { findWords, inkOf, type WordFinder } from './word-times.js';
import { wordsOf } from './words-of.js';

/**
 * Cues with at most so many words, and so many characters, each. A longer one is shown in parts of about equal length, each from its first word on where the cue has
 * times of its words, and otherwise for its share of the time by the number of its characters; its line breaks become spaces.
 * @param maxWords absent: any number; so is `maxChars`, which divides no word that is not longer by itself.
 */
export function groupWords(cues: readonly Cue[], maxWords: number | undefined, maxChars?: number): readonly Cue[] {
  if (maxChars !== undefined)
    return cues.flatMap((cue) => partsOf(cue, groupsByLength(cue.text, { maxWords: maxWords ?? Infinity, maxChars })));
  return maxWords === undefined ? cues : cues.flatMap((cue) => partsOf(cue, groupsByCount(cue.text, maxWords)));
}

/** Texts of about as many words. */
function groupsByCount(text: string, maxWords: number): string[] {
  const words = wordsOf(text);
  const count = Math.ceil(words.length / maxWords);
  return Array.from({ length: count }, (_, i) => {
    const part = words.slice(Math.round((i * words.length) / count), Math.round(((i + 1) * words.length) / count));
    return part.join('').trim();
  });
}

function partsOf(cue: Cue, texts: readonly string[]): Cue[] {
  if (texts.length <= 1) return [cue];
  const spoken = cue.words && findWords(cue.words);
  const starts = spoken ? spokenStarts(spoken, texts) : sharesOf(cue, texts);
  let ink = 0;
  return texts.flatMap((text, i) => {
    const [fromInk, toInk] = [ink, ink + inkOf(text).length];
    ink = toInk;
    const [startUs = 0, endUs = cue.endUs - cue.startUs] = starts.slice(i, i + 2);
    // A cue of a few microseconds has no time for all of its parts.
    if (endUs <= startUs) return [];
    const part = { ...cue, startUs: cue.startUs + startUs, endUs: cue.startUs + endUs, text };
    return [spoken ? { ...part, words: spoken.part({ fromInk, toInk, startUs, endUs }) } : part];
  });
}

/** When each text begins, from the start of the cue. */
function sharesOf({ startUs, endUs }: Cue, texts: readonly string[]): number[] {
  const lengths = texts.map((text) => Array.from(text).length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  let before = 0;
  return lengths.map((length) => {
    const start = Math.round(((endUs - startUs) * before) / total);
    before += length;
    return start;
  });
}

function spokenStarts(spoken: WordFinder, texts: readonly string[]): number[] {
  const starts: number[] = [];
  let ink = 0;
  for (const text of texts) {
    const last = starts.at(-1);
    starts.push(last === undefined ? 0 : Math.max(last, spoken.startOf(ink) ?? last));
    ink += inkOf(text).length;
  }
  return starts;
}
