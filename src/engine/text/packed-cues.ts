import type { Cue, TimedWord } from '../../composition/captions.js';

/** Cues in few large pieces, which pass from thread to thread in an instant; a hundred thousand objects hold up both for a tenth of a second. */
export interface PackedCues {
  /** Start and end of each, in microseconds. */
  readonly times: Float64Array;
  /** The length of each text, in units of UTF-16. */
  readonly lengths: Uint32Array;
  /** All texts in a row. */
  readonly text: string;
  /** Where there are any: of each cue how many words it has, plus 1, or 0 for none said; and of each word its ink, start and end. */
  readonly words: { readonly counts: Uint32Array; readonly values: Float64Array } | null;
}

export function packCues(cues: readonly Cue[]): PackedCues {
  const times = new Float64Array(cues.length * 2);
  const lengths = new Uint32Array(cues.length);
  cues.forEach((cue, i) => {
    times[2 * i] = cue.startUs;
    times[2 * i + 1] = cue.endUs;
    lengths[i] = cue.text.length;
  });
  return { times, lengths, text: cues.map((cue) => cue.text).join(''), words: packWords(cues) };
}

function packWords(cues: readonly Cue[]): PackedCues['words'] {
  if (cues.every(({ words }) => words === undefined)) return null;
  const total = cues.reduce((sum, { words }) => sum + (words?.length ?? 0), 0);
  const counts = Uint32Array.from(cues, ({ words }) => (words ? words.length + 1 : 0));
  const values = new Float64Array(3 * total);
  let at = 0;
  for (const { words = [] } of cues) {
    for (const { ink, startUs, endUs } of words) {
      values.set([ink, startUs, endUs], at);
      at += 3;
    }
  }
  return { counts, values };
}

export function unpackCues({ times, lengths, text, words }: PackedCues): Cue[] {
  let [at, word] = [0, 0];
  const wordsOf = (cue: number): Pick<Cue, 'words'> => {
    const count = words?.counts[cue] ?? 0;
    if (!words || count === 0) return {};
    const { values } = words;
    const first = word;
    word += count - 1;
    const own = Array.from({ length: count - 1 }, (_, i): TimedWord => {
      const [ink = 0, startUs = 0, endUs = 0] = values.subarray(3 * (first + i));
      return { ink, startUs, endUs };
    });
    return { words: own };
  };
  return Array.from(lengths, (length, i) => {
    const from = at;
    at += length;
    return { startUs: times[2 * i] ?? 0, endUs: times[2 * i + 1] ?? 0, text: text.slice(from, at), ...wordsOf(i) };
  });
}
