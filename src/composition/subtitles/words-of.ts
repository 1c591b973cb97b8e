/** Scripts that are written without spaces between words. */
export const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const PUNCTUATION = /^\p{P}+ ?$/u;

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/** The words of a text with what follows them: joined again they are the text, with a space for each stretch of white space. */
export function wordsOf(text: string): string[] {
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
