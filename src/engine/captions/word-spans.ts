import type { Cue, TimedWord } from '../../composition/captions.js';
import { framesOf, type Rational } from '../../composition/frame-grid.js';

/** A part of a line, in UTF-16 units, and the frames on which it is spoken. */
export interface SpokenSpan {
  readonly from: number;
  readonly to: number;
  readonly frames: { readonly start: number; readonly end: number };
}

/**
 * The spoken parts of each line of a cue, in order of time; at most one is spoken at a time. Pure.
 * @param lines the cue's ink, broken into lines.
 * @param frames on which the cue is seen.
 */
export function spokenSpans(
  lines: readonly string[],
  { startUs, words }: Cue & { readonly words: readonly TimedWord[] },
  { frames, rate }: { readonly frames: { readonly start: number; readonly end: number }; readonly rate: Rational },
): SpokenSpan[][] {
  let shown = frames.start;
  const times = words.map((word) => {
    if (word.endUs <= word.startUs) return null;
    const start = Math.max(shown, framesOf(startUs + word.startUs, rate));
    const end = Math.min(frames.end, framesOf(startUs + word.endUs, rate));
    shown = Math.max(shown, end);
    return end > start ? { start, end } : null;
  });
  return stretchesOf(lines, words).map((line) =>
    line.flatMap(({ from, to, word }) => {
      const spoken = times[word];
      return spoken ? [{ from, to, frames: spoken }] : [];
    }),
  );
}

interface Stretch {
  readonly from: number;
  to: number;
  readonly word: number;
}

/** Where each word stands in each line. */
function stretchesOf(lines: readonly string[], words: readonly TimedWord[]): Stretch[][] {
  let word = 0;
  let left = words[0]?.ink ?? 0;
  return lines.map((line) => {
    const stretches: Stretch[] = [];
    for (let i = 0; i < line.length; i += 1) {
      if (/\s/.test(line.charAt(i))) continue;
      while (left === 0 && word < words.length) left = words[(word += 1)]?.ink ?? 0;
      const last = stretches.at(-1);
      if (last?.word === word) last.to = i + 1;
      else stretches.push({ from: i, to: i + 1, word });
      left -= 1;
    }
    return stretches;
  });
}
