import { linesOf, parsedCues, type ParsedCues, problemOf, type SkippedLine } from './subtitle-text.js';
import { timeUs } from './time-span.js';

/** `0:00:01.000,0:00:03.500` */
const SPAN = /^\s*(\d{1,3}):(\d{1,2}):(\d{1,2})[.](\d{1,6}),(\d{1,3}):(\d{1,2}):(\d{1,2})[.](\d{1,6})\s*$/;

/** Whether a file looks like SBV: its first line with anything on it is a time span of that kind. */
export function isSbv(text: string): boolean {
  return SPAN.test(firstLineOf(text));
}

/** The first line that is not blank, within what is looked at to tell a format. */
export function firstLineOf(text: string): string {
  return linesOf(text.slice(0, 4_096)).find((line) => line.trim() !== '') ?? '';
}

/**
 * Reads SBV, YouTube's own format of captions: a line of times, lines of text, an empty line.
 * @throws SubtitleSyntaxError when there is not one cue.
 */
export function parseSbv(text: string): ParsedCues {
  const lines = linesOf(text);
  const skipped: SkippedLine[] = [];
  const spans = lines.flatMap((line, at) => {
    const match = SPAN.exec(line);
    return match ? [{ at, startUs: timeUs(match.slice(1, 5)), endUs: timeUs(match.slice(5, 9)) }] : [];
  });
  const cues = spans.flatMap(({ at, startUs, endUs }, i) => {
    const body = lines.slice(at + 1, spans[i + 1]?.at).flatMap((line) => line.split(/\[br\]/i));
    const shown = body.map((line) => line.trim()).filter((line) => line !== '');
    const cue = { startUs, endUs, text: shown.join('\n') };
    const problem = problemOf(cue);
    if (problem !== null) skipped.push({ line: at + 1, problem });
    return problem === null && cue.text !== '' ? [cue] : [];
  });
  return parsedCues(cues, skipped);
}
