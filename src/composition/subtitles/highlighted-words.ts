import type { Cue } from '../captions.js';

/** The most words that are highlighted in one video: eleven hours of speech. Each is drawn in up to three events. */
export const MAX_HIGHLIGHTED_WORDS = 100_000;

const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}';
/** Finding the words of scripts without spaces takes long: each of their characters counts. */
const WORD = new RegExp(`[${UNSPACED}]|[^\\s${UNSPACED}]+`, 'gu');

/** How many words a highlight goes through, at most: the words with times of a cue, or else those of its text. @returns a number above `most` as soon as there are more. */
export function highlightedWords(cues: readonly Cue[], most = Infinity): number {
  let count = 0;
  for (const { words, text } of cues) {
    count += words?.length ?? text.match(WORD)?.length ?? 0;
    if (count > most) break;
  }
  return count;
}
