import type { Cue } from '../../composition/captions.js';

/** Cues in few large pieces, which pass from thread to thread in an instant; a hundred thousand objects hold up both for a tenth of a second. */
export interface PackedCues {
  /** Start and end of each, in microseconds. */
  readonly times: Float64Array;
  /** The length of each text, in units of UTF-16. */
  readonly lengths: Uint32Array;
  /** All texts in a row. */
  readonly text: string;
}

export function packCues(cues: readonly Cue[]): PackedCues {
  const times = new Float64Array(cues.length * 2);
  const lengths = new Uint32Array(cues.length);
  cues.forEach((cue, i) => {
    times[2 * i] = cue.startUs;
    times[2 * i + 1] = cue.endUs;
    lengths[i] = cue.text.length;
  });
  return { times, lengths, text: cues.map((cue) => cue.text).join('') };
}

export function unpackCues({ times, lengths, text }: PackedCues): Cue[] {
  let at = 0;
  return Array.from(lengths, (length, i) => {
    const from = at;
    at += length;
    return { startUs: times[2 * i] ?? 0, endUs: times[2 * i + 1] ?? 0, text: text.slice(from, at) };
  });
}
