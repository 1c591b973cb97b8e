import type { Cue } from '../captions.js';
import { withWords } from '../subtitles/word-times.js';
import type { Warning } from '../warning.js';

/**
 * Cues in order of start, cut at the video's end: a cue never makes a video longer. Cues after the end are left out, with a warning that names `field`.
 * @param isHighlighted whether times of words are needed: they do not change with the end.
 */
export function clipCues(
  cues: readonly Cue[],
  { endUs, field, isHighlighted }: { readonly endUs: number; readonly field: string; readonly isHighlighted: boolean },
): { cues: Cue[]; warnings: Warning[] } {
  const seen = cues.filter((cue) => cue.startUs < endUs);
  // A long file has a hundred thousand of them: what needs no change is not copied.
  const clipped = seen.map((cue) => (cue.endUs > endUs ? { ...(isHighlighted ? withWords(cue) : cue), endUs } : cue));
  clipped.sort((a, b) => a.startUs - b.startUs);
  const warnings: Warning[] = [];
  const lost = cues.length - seen.length;
  if (lost > 0) {
    warnings.push({
      code: 'CUE_AFTER_END',
      message: 'cues that start after the end of the video are not shown',
      field,
      count: lost,
    });
  }
  const cut = seen.filter((cue) => cue.endUs > endUs).length;
  if (cut > 0) {
    warnings.push({
      code: 'CUE_CUT_AT_END',
      message: 'cues that last past the end of the video are cut there',
      field,
      count: cut,
    });
  }
  return { cues: clipped, warnings };
}
