import type { Cue } from '../captions.js';
import type { Warning } from '../warning.js';
import { isAss, parseAss } from './ass.js';
import { isMicroDvd, parseMicroDvd } from './micro-dvd.js';
import { isSami, parseSami } from './sami.js';
import { isSbv, parseSbv } from './sbv.js';
import { parseSrt } from './srt.js';
import { type ParsedCues, placeOf, SubtitleSyntaxError } from './subtitle-text.js';
import { isTtml, parseTtml } from './ttml.js';
import { unsupportedFormat } from './unsupported-format.js';
import { isVtt, parseVtt } from './vtt.js';
import { isWhisper, parseWhisper } from './whisper/whisper.js';

/** The text of a subtitle file, and what of it was not taken. */
export interface SubtitleFile {
  /** In order of start. */
  readonly cues: readonly Cue[];
  readonly warnings: readonly Warning[];
}

/** One format: how it is told and read, and styling that all of its files have and none keeps. */
interface Format {
  readonly isOf: (text: string) => boolean;
  readonly parse: (text: string) => ParsedCues;
  readonly ignored?: string;
}

/** A file of none of them is read as SubRip, which has no sign of its own. */
const FORMATS: readonly Format[] = [
  { isOf: isVtt, parse: parseVtt },
  { isOf: isTtml, parse: parseTtml },
  { isOf: isSami, parse: parseSami, ignored: 'SAMI styles' },
  { isOf: isAss, parse: parseAss, ignored: 'ASS styles' },
  { isOf: isMicroDvd, parse: parseMicroDvd },
  { isOf: isSbv, parse: parseSbv },
  { isOf: isWhisper, parse: parseWhisper },
];

/**
 * Reads the text of a file in SubRip, WebVTT, ASS, SBV, MicroDVD, SAMI, TTML or the JSON of Whisper; which one it is, is told by what is in it, since names are often wrong.
 * @param field the field that named the file, for warnings.
 * @throws SubtitleSyntaxError, whose message is for people and says in which line, when there is nothing to show, or which other format it is.
 */
export function parseSubtitles(text: string, field: string): SubtitleFile {
  const format = FORMATS.find(({ isOf }) => isOf(text));
  const parsed = format ? format.parse(text) : parseOther(text);
  return { cues: parsed.cues, warnings: warningsOf(parsed, format?.ignored ?? parsed.ignored, field) };
}

function parseOther(text: string): ParsedCues {
  try {
    return parseSrt(text);
  } catch (error) {
    const name = error instanceof SubtitleSyntaxError ? unsupportedFormat(text) : null;
    if (name === null) throw error;
    const message = `this file is ${name}, which is not read here; convert it to SubRip or WebVTT`;
    throw new SubtitleSyntaxError(message, { cause: error });
  }
}

function warningsOf({ skipped }: ParsedCues, ignored: string | undefined, field: string): Warning[] {
  const warnings: Warning[] = [];
  if (ignored !== undefined) {
    const message = `${ignored} in this file are ignored: only text and times are taken over; \`style\` says how all of it looks`;
    warnings.push({ code: 'SUBTITLE_STYLING_IGNORED', message, field, count: 1 });
  }
  const [first] = skipped;
  if (first) {
    const message = `${skipped.length === 1 ? 'a subtitle is' : 'subtitles are'} left out: ${placeOf(first)} ${first.problem}`;
    warnings.push({ code: 'SUBTITLES_SKIPPED', message, field, count: skipped.length });
  }
  return warnings;
}
