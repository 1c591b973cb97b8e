import type { Cue, TimedWord } from '../captions.js';

/** A part of a cue's text that is spoken at a time, by its place in the cue's ink (see `inkOf`); times count as those of the cue. Null: not said. */
export interface PlacedWord {
  readonly from: number;
  readonly startUs: number | null;
  readonly endUs: number | null;
}

/**
 * The words of a cue with times from its start. A word begins, if that is not said, when the one before it ends, and ends when the next one begins; ink between words
 * belongs to the one before. @param words in order of their places. @param ink how much the cue has.
 */
export function timedWords(words: readonly PlacedWord[], cue: Cue, ink: number): TimedWord[] {
  let beforeUs = cue.startUs;
  return words.map(({ from, startUs: saidUs, endUs: saidEndUs }, i) => {
    const next = words[i + 1];
    const startUs = saidUs ?? beforeUs;
    const endUs = Math.min(saidEndUs ?? Infinity, next?.startUs ?? Infinity, cue.endUs);
    beforeUs = endUs;
    const to = next?.from ?? ink;
    return { ink: to - (i === 0 ? 0 : from), startUs: startUs - cue.startUs, endUs: endUs - cue.startUs };
  });
}
