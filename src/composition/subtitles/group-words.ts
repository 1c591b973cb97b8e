import type { Cue } from '../captions.js';
import { findWords, inkOf, type WordFinder } from './word-times.js';
import { wordsOf } from './words-of.js';

/**
 * Cues with at most so many words each. A longer one is shown in parts of about as many words, each from its first word on where the cue has times of its words, and
 * otherwise for its share of the time by the number of its characters; its line breaks become spaces. @param maxWords absent: cues stay as they are.
 */
export function groupWords(cues: readonly Cue[], maxWords: number | undefined): readonly Cue[] {
  return maxWords === undefined ? cues : cues.flatMap((cue) => partsOf(cue, maxWords));
}

function partsOf(cue: Cue, maxWords: number): Cue[] {
  const words = wordsOf(cue.text);
  const count = Math.ceil(words.length / maxWords);
  if (count <= 1) return [cue];
  const texts = Array.from({ length: count }, (_, i) => {
    const part = words.slice(Math.round((i * words.length) / count), Math.round(((i + 1) * words.length) / count));
    return part.join('').trim();
  });
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
