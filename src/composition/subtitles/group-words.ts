import type { Cue } from '../captions.js';

/** Scripts that are written without spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const PUNCTUATION = /^\p{P}+ ?$/u;

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * Cues with at most so many words each. A longer one is shown in parts of about as many words, each for its share of the time by the number of its
 * characters; its line breaks become spaces. @param maxWords absent: cues stay as they are.
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
  const lengths = texts.map((text) => Array.from(text).length);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  let before = 0;
  const boundary = () => cue.startUs + Math.round(((cue.endUs - cue.startUs) * before) / total);
  return texts.flatMap((text, i) => {
    const startUs = boundary();
    before += lengths[i] ?? 0;
    const endUs = boundary();
    // A cue of a few microseconds has no time for all of its parts.
    return endUs > startUs ? [{ ...cue, startUs, endUs, text }] : [];
  });
}

/** Words with what follows them: joined again they are the text. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  // Punctuation before the first word belongs to that.
  let opening = '';
  const addWord = (word: string) => {
    words.push(opening + word);
    opening = '';
  };
  const addRest = (rest: string) => {
    const last = words.pop();
    if (last === undefined) opening += rest;
    else words.push(last + rest);
  };
  for (const [spaced] of text.replace(/\s+/g, ' ').trim().matchAll(/\S+ ?/g)) {
    if (PUNCTUATION.test(spaced)) addRest(spaced);
    else if (!UNSPACED.test(spaced)) addWord(spaced);
    else for (const { segment, isWordLike } of segmenter.segment(spaced)) (isWordLike ? addWord : addRest)(segment);
  }
  if (opening !== '') words.push(opening);
  return words;
}
