import type { Cue } from '../captions.js';
import type { Warning } from '../warning.js';
import { isAss, parseAss } from './ass.js';
import { parseSrt } from './srt.js';
import type { SkippedLine } from './subtitle-text.js';
import { isVtt, parseVtt } from './vtt.js';

/** The text of a subtitle file, and what of it was not taken. */
export interface SubtitleFile {
  /** In order of start. */
  readonly cues: readonly Cue[];
  readonly warnings: readonly Warning[];
}

/**
 * Reads the text of an SRT, WebVTT or ASS file; which one it is, is told by what is in it, since names are often wrong.
 * @param field the field that named the file, for warnings.
 * @throws SubtitleSyntaxError, whose message is for people and says in which line, when there is nothing to show.
 */
export function parseSubtitles(text: string, field: string): SubtitleFile {
  if (isVtt(text)) return withWarnings(parseVtt(text), field);
  if (!isAss(text)) return withWarnings(parseSrt(text), field);
  const { cues, warnings } = withWarnings(parseAss(text), field);
  const message = 'of this ASS file only text and times are taken over; `style` says how all of it looks';
  return { cues, warnings: [{ code: 'SUBTITLE_STYLING_IGNORED', message, field, count: 1 }, ...warnings] };
}

function withWarnings(
  { cues, skipped }: { cues: readonly Cue[]; skipped: readonly SkippedLine[] },
  field: string,
): SubtitleFile {
  const [first] = skipped;
  if (!first) return { cues, warnings: [] };
  const message = `${skipped.length === 1 ? 'a subtitle is' : 'subtitles are'} left out: line ${first.line} ${first.problem}`;
  return { cues, warnings: [{ code: 'SUBTITLES_SKIPPED', message, field, count: skipped.length }] };
}
