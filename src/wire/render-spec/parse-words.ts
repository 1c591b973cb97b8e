import type { Cue, TimedWord } from '../../composition/captions.js';
import { type PlacedWord, timedWords } from '../../composition/subtitles/placed-words.js';
import { inkOf } from '../../composition/subtitles/word-times.js';
import type { CueWord } from '../../../generated/cutroom/v1/montage.js';
import type { Duration } from '../../../generated/google/protobuf/duration.js';
import { at, formatSeconds, parseDurationUs, type Place, refuse } from './fields.js';

/** As many as a text has characters. */
export const MAX_CUE_WORDS = 2000;

/** Reads when the words of a cue are spoken; undefined: that is not said. */
export function parseWords(wire: readonly CueWord[], cue: Cue, place: Place): readonly TimedWord[] | undefined {
  if (wire.length === 0) return undefined;
  if (wire.length > MAX_CUE_WORDS) {
    refuse(at(place, 'words'), `must be at most ${MAX_CUE_WORDS}, not ${wire.length}`);
    return undefined;
  }
  const ink = inkOf(cue.text);
  const words: PlacedWord[] = [];
  let next = 0;
  // When the word before it begins and ends; null: its end is not said.
  let before: { readonly startUs: number; readonly endUs: number | null } = {
    startUs: cue.startUs,
    endUs: cue.startUs,
  };
  for (const [i, word] of wire.entries()) {
    const here = at(place, 'words', i);
    const own = inkOf(word.text);
    const from = own === '' ? -1 : ink.indexOf(own, next);
    if (own === '') refuse(at(here, 'text'), word.text === '' ? 'is required' : 'must have a character that is seen');
    else if (from < 0) refuse(at(here, 'text'), 'must stand in the text of the cue, after the word before it');
    if (!word.start && before.endUs === null) refuse(at(here, 'start'), 'is required: the word before it has no end');
    const said = parseTime(word.start, at(here, 'start'), { minUs: before.startUs, maxUs: cue.endUs });
    const startUs = said ?? before.endUs ?? before.startUs;
    const endUs = parseTime(word.end, at(here, 'end'), { minUs: startUs, maxUs: cue.endUs });
    if (endUs !== null && endUs <= startUs) refuse(at(here, 'end'), 'must be after start');
    before = { startUs, endUs };
    if (from < 0) continue;
    next = from + own.length;
    words.push({ from, startUs: said, endUs });
  }
  return timedWords(words, cue, ink.length);
}

function parseTime(
  value: Duration | undefined,
  place: Place,
  { minUs, maxUs }: { readonly minUs: number; readonly maxUs: number },
): number | null {
  if (!value) return null;
  const us = parseDurationUs(value, place, { minUs: -Infinity, maxUs: Infinity });
  if (us === null || (us >= minUs && us <= maxUs)) return us;
  refuse(
    place,
    `must be ${formatSeconds(minUs)} to ${formatSeconds(maxUs)}: within its cue, and not before the word before it`,
  );
  return null;
}
