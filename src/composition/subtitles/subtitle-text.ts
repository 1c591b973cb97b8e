import type { Cue } from '../captions.js';

/** What a subtitle file came to. */
export interface ParsedCues {
  /** In order of start; they may overlap. */
  readonly cues: readonly Cue[];
  /** What could not be read and was left out, in order of lines. */
  readonly skipped: readonly SkippedLine[];
  /** Styling of the file that is not taken over, for people. */
  readonly ignored?: string;
}

export interface SkippedLine {
  /** The first line of the file is 1; so is the first segment of a file that is told by those. */
  readonly line: number;
  /** Absent: it is a line. */
  readonly unit?: 'segment';
  /** For people; continues a sentence that begins with the line. */
  readonly problem: string;
}

/** A file without one cue that can be shown. */
export class SubtitleSyntaxError extends Error {
  override readonly name = 'SubtitleSyntaxError';
}

/** The lines of a file, whatever their ends, without byte order mark. */
export function linesOf(text: string): string[] {
  return text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
}

/** As many as a cue of a request may have; a file that is misread may make one cue of all of it, which would take minutes to lay out. */
const MAX_CUE_CHARACTERS = 2000;

/** Why a cue that was read is left out; null: it is not. */
export function problemOf({ startUs, endUs, text }: Cue): string | null {
  if (endUs <= startUs) return 'ends before it starts';
  return text.length > MAX_CUE_CHARACTERS && Array.from(text).length > MAX_CUE_CHARACTERS
    ? `has a text of more than ${MAX_CUE_CHARACTERS} characters`
    : null;
}

/** `line 3` */
export function placeOf({ unit, line }: SkippedLine): string {
  return `${unit ?? 'line'} ${line}`;
}

/** Puts cues in order of start. @throws SubtitleSyntaxError when there is none, with the first line that could not be read. */
export function parsedCues(cues: readonly Cue[], skipped: readonly SkippedLine[]): ParsedCues {
  const [first] = skipped;
  if (cues.length === 0)
    throw new SubtitleSyntaxError(
      `there is no subtitle in this file${first ? `: ${placeOf(first)} ${first.problem}` : ''}`,
    );
  return { cues: [...cues].sort((a, b) => a.startUs - b.startUs), skipped };
}
