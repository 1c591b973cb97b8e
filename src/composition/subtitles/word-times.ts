import type { Cue, TimedWord } from '../captions.js';
import { wordsOf } from './words-of.js';

/** White space, and control characters that are not drawn. */
const NO_INK = /[\s\u0000-\u0008\u000E-\u001F\u007F\u0085]/g;

/** Nobody speaks faster: cues that are only there for an instant repeat what was said (YouTube's captions have them). */
const LEAST_SPOKEN_US = 50_000;

/** A word that is not spoken while its cue is seen. */
const NEVER = { startUs: 0, endUs: 0 };

/** A part of a cue's text, and when it begins to be spoken, from the start of the cue; null: it is not. */
export interface TextPiece {
  readonly text: string;
  readonly startUs: number | null;
}

/** A text without what may change when it is laid out: `TimedWord.ink` counts its UTF-16 units. */
export function inkOf(text: string): string {
  return text.replace(NO_INK, '');
}

/** A cue with times of its words: its own, or else its time spread over them by their lengths. */
export function withWords(cue: Cue): Cue & { readonly words: readonly TimedWord[] } {
  const { words, startUs, endUs, text } = cue;
  return { ...cue, words: words ?? spread(text, { startUs: 0, endUs: endUs - startUs }) };
}

/** The words of pieces that follow each other, each piece until the next begins; a piece of several words has its time spread over them by their lengths. */
export function wordsOfPieces(pieces: readonly TextPiece[], lengthUs: number): TimedWord[] {
  let endUs = lengthUs;
  const words = [...pieces].reverse().map(({ text, startUs }) => {
    if (startUs === null || startUs >= endUs) return never(text);
    const own = spread(text, { startUs, endUs });
    endUs = startUs;
    return own;
  });
  return words.reverse().flat();
}

/** The words of a cue by their place in its ink; finding one takes hardly longer among more. */
export interface WordFinder {
  /** When a character of the ink begins to be spoken, from the start of the cue. Null: it is not. */
  startOf(index: number): number | null;
  /** Words that are cut out of the cue: a stretch of its ink, seen in a part of its time. */
  part(of: {
    readonly fromInk: number;
    readonly toInk: number;
    readonly startUs: number;
    readonly endUs: number;
  }): TimedWord[];
}

export function findWords(words: readonly TimedWord[]): WordFinder {
  let ink = 0;
  const ends = words.map((word) => (ink += word.ink));
  return {
    startOf: (index) => {
      const word = words[firstAbove(ends, index)];
      return word && word.endUs > word.startUs ? word.startUs : null;
    },
    part: ({ fromInk, toInk, startUs, endUs }) => {
      const own: TimedWord[] = [];
      let from = fromInk;
      for (let i = firstAbove(ends, fromInk); i < words.length && from < toInk; i += 1) {
        const [word, end] = [words[i], ends[i]];
        if (!word || end === undefined) break;
        const times = {
          startUs: Math.max(word.startUs, startUs) - startUs,
          endUs: Math.min(word.endUs, endUs) - startUs,
        };
        own.push({ ink: Math.min(end, toInk) - from, ...(times.endUs > times.startUs ? times : NEVER) });
        from = end;
      }
      return own;
    },
  };
}

/** The index of the first of rising values that is above another; their number: none is. */
function firstAbove(values: readonly number[], than: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((values[middle] ?? 0) > than) high = middle;
    else low = middle + 1;
  }
  return low;
}

function spread(text: string, { startUs, endUs }: { startUs: number; endUs: number }): TimedWord[] {
  if (endUs - startUs < LEAST_SPOKEN_US) return never(text);
  const words = wordsOf(text)
    .map((word) => ({ ink: inkOf(word).length, length: lengthOf(word) }))
    .filter(({ ink }) => ink > 0);
  const total = words.reduce((sum, { length }) => sum + length, 0);
  let before = 0;
  const boundary = () => startUs + Math.round(((endUs - startUs) * before) / total);
  return words.map(({ ink, length }) => {
    const from = boundary();
    before += length;
    return { ink, startUs: from, endUs: boundary() };
  });
}

function never(text: string): TimedWord[] {
  const ink = inkOf(text).length;
  return ink === 0 ? [] : [{ ink, ...NEVER }];
}

/** In characters as readers see them: marks belong to the letter before. */
function lengthOf(word: string): number {
  return Math.max(1, Array.from(inkOf(word).replace(/\p{M}/gu, '')).length);
}
