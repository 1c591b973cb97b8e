import { firstLineOf } from './sbv.js';
import {
  linesOf,
  parsedCues,
  type ParsedCues,
  problemOf,
  type SkippedLine,
  SubtitleSyntaxError,
} from './subtitle-text.js';

/** `{25}{75}text`; the end may be missing. */
const LINE = /^\s*\{(\d{1,9})\}\{(\d{0,9})\}(.*)$/;
/** The frame rate stands as the text of the frames 1 to 1, or 0 to 0. */
const RATE = /^\s*\{([01])\}\{\1\}\s*(\d{1,3}(?:[.,]\d{1,6})?)\s*$/;
/** `{y:i}`, `{c:$0000ff}`: how a line or the whole cue looks. */
const CODE = /\{[a-zA-Z]:[^{}]*\}/g;

/** Whether a file looks like MicroDVD: its first line with anything on it begins with two numbers in braces. */
export function isMicroDvd(text: string): boolean {
  return LINE.test(firstLineOf(text));
}

/**
 * Reads MicroDVD, which counts in frames and so needs to be told how fast they are.
 * @throws SubtitleSyntaxError when there is not one cue, or the file does not say its frame rate.
 */
export function parseMicroDvd(text: string): ParsedCues {
  const lines = linesOf(text);
  const rate = rateOf(lines);
  const timed = lines.flatMap((line, i) => {
    const match = RATE.test(line) ? null : LINE.exec(line);
    return match ? [{ line: i + 1, start: Number(match[1]), end: match[2] ?? '', text: match[3] ?? '' }] : [];
  });
  const skipped: SkippedLine[] = [];
  const cues = timed.flatMap(({ line, start, end, text: raw }, i) => {
    const endFrame = end === '' ? (timed[i + 1]?.start ?? start + rate * OPEN_SECONDS) : Number(end);
    const shown = raw
      .replace(CODE, '')
      .split('|')
      .map((part) => part.trim().replace(/^\/(?=\S)/, ''));
    const cue = {
      startUs: us(start, rate),
      endUs: us(endFrame, rate),
      text: shown.filter((part) => part !== '').join('\n'),
    };
    const problem = problemOf(cue);
    if (problem !== null) skipped.push({ line, problem });
    return problem === null && cue.text !== '' ? [cue] : [];
  });
  return { ...parsedCues(cues, skipped), ...(/\{[a-zA-Z]:[^{}]*\}/.test(text) ? { ignored: 'MicroDVD codes' } : {}) };
}

/** How long a cue is shown that has neither an end nor a successor. */
const OPEN_SECONDS = 4;

function rateOf(lines: readonly string[]): number {
  const rate = Number(lines.flatMap((line) => RATE.exec(line)?.[2] ?? [])[0]?.replace(',', '.') ?? 0);
  if (rate > 0) return rate;
  throw new SubtitleSyntaxError(
    'this MicroDVD file counts in frames and does not say how many there are in a second: add a first line such as {1}{1}25 to it',
  );
}

function us(frame: number, rate: number): number {
  return Math.round((frame * 1_000_000) / rate);
}
