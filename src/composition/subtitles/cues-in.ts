import type { Cue } from '../captions.js';

/** A millisecond, the unit of files of cues. */
const UNIT_US = 1_000;

/** The cues that are seen in a part of a video, with times from its start on. In order. */
export function cuesIn(cues: readonly Cue[], startUs: number, endUs: number): Cue[] {
  const rounded = (us: number) => Math.round((Math.min(endUs, Math.max(startUs, us)) - startUs) / UNIT_US) * UNIT_US;
  return cues
    .map((cue) => ({ ...cue, startUs: rounded(cue.startUs), endUs: rounded(cue.endUs) }))
    .filter((cue) => cue.startUs < cue.endUs && cue.text.trim() !== '')
    .sort((a, b) => a.startUs - b.startUs);
}

export interface JoinedLimits {
  /** Bytes of UTF-8 of one text. */
  readonly bytesEach: number;
  /** Characters of all. */
  readonly characters: number;
}

/**
 * The same texts, one at a time: those that are seen together become one, in the order in which they appeared. Many that overlap become a multiple of their length.
 * @returns null: they are more than the limits.
 */
export function oneAtATime(cues: readonly Cue[], limits: JoinedLimits): Cue[] | null {
  const times = [...new Set(cues.flatMap(({ startUs, endUs }) => [startUs, endUs]))].sort((a, b) => a - b);
  const joined: Cue[] = [];
  let seen: Cue[] = [];
  let next = 0;
  let characters = 0;
  for (const [i, startUs] of times.entries()) {
    seen = seen.filter((cue) => cue.endUs > startUs);
    for (let cue = cues[next]; cue && cue.startUs <= startUs; cue = cues[(next += 1)]) seen.push(cue);
    const endUs = times[i + 1];
    if (endUs === undefined || seen.length === 0) continue;
    // Before it is made.
    characters += seen.reduce((sum, { text }) => sum + text.length + 1, 0);
    if (characters > limits.characters) return null;
    const text = seen.map((cue) => cue.text).join('\n');
    if (new TextEncoder().encode(text).byteLength > limits.bytesEach) return null;
    joined.push({ startUs, endUs, text });
  }
  return joined;
}
