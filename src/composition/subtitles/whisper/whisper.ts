import type { Cue, TimedWord } from '../../captions.js';
import { type PlacedWord, timedWords } from '../placed-words.js';
import { parsedCues, type ParsedCues, problemOf, type SkippedLine, SubtitleSyntaxError } from '../subtitle-text.js';
import { UNSPACED } from '../words-of.js';
import { inkOf } from '../word-times.js';
import { type Segment, segmentsOf, type SpokenWord } from './segments.js';

const JSON_START = /^\uFEFF?\s{0,1000}(?:\{\s{0,1000}"|\[\s{0,1000}\{)/;
/** One of them is in every dump. */
const KEYS = /"(?:segments|transcription|words|start)"\s{0,100}:/;

/** Whether a file looks like the JSON that Whisper writes, or one of its relatives. */
export function isWhisper(text: string): boolean {
  return JSON_START.test(text) && KEYS.test(text);
}

/**
 * Reads the JSON of openai-whisper, WhisperX, faster-whisper, OpenAI's API and whisper.cpp: a cue for each segment, with the times of its words where there are any.
 * @throws SubtitleSyntaxError when there is not one cue, or the file is no such JSON.
 */
export function parseWhisper(text: string): ParsedCues {
  const skipped: SkippedLine[] = [];
  const segments = segmentsOf(readJson(text));
  if (segments === null)
    throw new SubtitleSyntaxError('this file is JSON without `segments`, `transcription` or `words` of Whisper');
  const cues = segments.flatMap((segment, i) => {
    const cue = cueOf(segment);
    if (cue?.text === '') return [];
    const problem = cue === null ? 'has no times' : problemOf(cue);
    if (problem === null && cue !== null) return [cue];
    skipped.push({ line: i + 1, unit: 'segment', problem: problem ?? '' });
    return [];
  });
  return parsedCues(cues, skipped);
}

/** Strings, also one without an end, and the numbers that Python writes and JSON does not have. */
const STRING_OR_NO_NUMBER = /"(?:[^"\\]+|\\.)*"?|(?<!\w)-?(?:NaN|Infinity)(?!\w)/gs;

/** Probabilities may be NaN in a file of Python. They are not read, and the times and texts beside them are right. */
function withoutNaN(json: string): string {
  return json.replace(STRING_OR_NO_NUMBER, (part) => (part.startsWith('"') ? part : 'null'));
}

function readJson(text: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(/\b(?:NaN|Infinity)\b/.test(json) ? withoutNaN(json) : json);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Messages quote the file.
    const place = /at position \d+(?: \(line \d+ column \d+\))?/.exec(message)?.[0];
    throw new SubtitleSyntaxError(`this JSON file is damaged${place === undefined ? '' : ` ${place}`}`, {
      cause: error,
    });
  }
}

/** @returns null: it has no times. */
function cueOf(segment: Segment): Cue | null {
  const startUs = segment.startUs ?? segment.words.find((word) => word.startUs !== null)?.startUs ?? null;
  const endUs = segment.endUs ?? segment.words.findLast((word) => word.endUs !== null)?.endUs ?? null;
  const lines = segment.text.split('\n').map((line) => line.trim());
  const text = lines.filter((line) => line !== '').join('\n');
  if (startUs === null || endUs === null) return text === '' ? { startUs: 0, endUs: 1, text } : null;
  const cue = { startUs, endUs, text };
  const words = wordsIn(cue, segment);
  return words.length === 0 ? cue : { ...cue, words };
}

/** Words that do not stand in the text are passed over, as are those without times beyond the first of a row: the word before has their ink. */
function wordsIn(cue: Cue, { words, areTokens }: Segment): TimedWord[] {
  const ink = inkOf(cue.text);
  const placed: PlacedWord[] = [];
  let next = 0;
  let lastUs = cue.startUs;
  for (const word of areTokens ? joinTokens(words) : words) {
    const own = inkOf(word.text);
    // Looked for nearby only: a text of many words that are not in it would otherwise be searched to its end for each.
    const from = own === '' ? -1 : ink.slice(next, next + NEARBY + own.length).indexOf(own);
    if (from < 0) continue;
    const startUs = word.startUs === null ? null : Math.min(cue.endUs, Math.max(lastUs, word.startUs));
    const before = placed.at(-1);
    if (startUs === null && before?.endUs === null) continue;
    // As `timedWords` has it.
    lastUs = startUs ?? before?.endUs ?? lastUs;
    const endUs = word.endUs === null || word.endUs <= lastUs ? null : Math.min(cue.endUs, word.endUs);
    placed.push({ from: next + from, startUs, endUs });
    next += from + own.length;
  }
  return timedWords(placed, cue, ink.length);
}

const NEARBY = 100;

/** Words of tokens: one begins with a space, or where a script has none. */
function joinTokens(tokens: readonly SpokenWord[]): SpokenWord[] {
  const words: SpokenWord[] = [];
  for (const token of tokens) {
    const last = words.at(-1);
    const isPart = last && !/^\s/.test(token.text) && !UNSPACED.test(token.text) && !UNSPACED.test(last.text.slice(-1));
    if (!isPart) words.push(token);
    else words[words.length - 1] = { ...last, text: last.text + token.text, endUs: token.endUs ?? last.endUs };
  }
  return words;
}
