import type { Cue } from './montage.js';
import type { Warning } from './warning.js';

/** The field that every warning about cues names. */
const FIELD = 'spec.montage.subtitles';

/** Cues in order of start, cut at the video's end: a cue never makes a video longer. What would never be seen is left out, with a warning. */
export function clipCues(cues: readonly Cue[], endUs: number): { cues: Cue[]; warnings: Warning[] } {
  const seen = cues.filter((cue) => cue.startUs < endUs);
  const clipped = seen.map((cue) => ({ ...cue, endUs: Math.min(cue.endUs, endUs) }));
  clipped.sort((a, b) => a.startUs - b.startUs);
  const warnings: Warning[] = [];
  const lost = cues.length - seen.length;
  if (lost > 0) {
    warnings.push({
      code: 'CUE_AFTER_END',
      message: 'cues that start after the end of the video are not shown',
      field: FIELD,
      count: lost,
    });
  }
  const cut = seen.filter((cue) => cue.endUs > endUs).length;
  if (cut > 0) {
    warnings.push({
      code: 'CUE_CUT_AT_END',
      message: 'cues that last past the end of the video are cut there',
      field: FIELD,
      count: cut,
    });
  }
  return { cues: clipped, warnings };
}
