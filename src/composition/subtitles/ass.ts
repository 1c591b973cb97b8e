import type { Cue } from '../captions.js';
import {
  linesOf,
  parsedCues,
  type ParsedCues,
  problemOf,
  type SkippedLine,
  SubtitleSyntaxError,
} from './subtitle-text.js';
import { timeUs } from './time-span.js';
import { type TextPiece, wordsOfPieces } from './word-times.js';

const SECTION = /^\s*\[([^\]]+)\]\s*$/;
/** `1:02:03.45`. */
const TIME = /^\s*(\d{1,3}):(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,6}))?\s*$/;

/** Columns of a file that does not name them. */
const DEFAULT_FORMAT = ['layer', 'start', 'end', 'style', 'name', 'marginl', 'marginr', 'marginv', 'effect', 'text'];

/** Whether a file looks like ASS or SSA: it has the headings of one. */
export function isAss(text: string): boolean {
  return /^\uFEFF?[ \t]*\[(?:Script Info|Events|V4\+? Styles)\][ \t]*$/im.test(text.slice(0, 65_536));
}

/**
 * Reads the dialogue of ASS and SSA as plain cues, with the times of karaoke as those of words: styles, positions and effects are not taken over, drawings are left out,
 * and so are comments and the copies of a line that typesetters put on several layers.
 * @throws SubtitleSyntaxError when there is not one cue, or no column for times and text.
 */
export function parseAss(text: string): ParsedCues {
  const file: AssFile = {
    section: '',
    columns: columnsOf(DEFAULT_FORMAT),
    softBreak: ' ',
    cues: new Map(),
    skipped: [],
  };
  for (const [i, line] of linesOf(text).entries()) {
    const section = SECTION.exec(line)?.[1];
    if (section === undefined) readLine(file, line, i + 1);
    else file.section = section.trim().toLowerCase();
  }
  return parsedCues([...file.cues.values()], file.skipped);
}

/** A file as far as it was read. */
interface AssFile {
  section: string;
  columns: Columns;
  /** What `\n` stands for: a line break where the file breaks lines itself. */
  softBreak: ' ' | '\n';
  /** By what is seen and when. */
  readonly cues: Map<string, Cue>;
  readonly skipped: SkippedLine[];
}

interface Columns {
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

function readLine(file: AssFile, line: string, number: number): void {
  const colon = line.indexOf(':');
  if (colon < 0) return;
  const name = line.slice(0, colon).trim().toLowerCase();
  const value = line.slice(colon + 1);
  if (file.section === 'script info' && name === 'wrapstyle') file.softBreak = value.trim() === '2' ? '\n' : ' ';
  if (file.section !== 'events') return;
  if (name === 'format') file.columns = readFormat(value, number);
  else if (name === 'dialogue') readDialogue(file, value, number);
}

function readFormat(value: string, number: number): Columns {
  const names = value.split(',').map((name) => name.trim().toLowerCase());
  const columns = columnsOf(names);
  // The text is the rest of the line, commas and all, so it can only come last.
  if (columns.start < 0 || columns.end < 0 || names.at(-1) !== 'text') {
    throw new SubtitleSyntaxError(`line ${number} must name the columns Start and End, and Text as the last one`);
  }
  return columns;
}

function columnsOf(names: readonly string[]): Columns {
  return { count: names.length, start: names.indexOf('start'), end: names.indexOf('end') };
}

function readDialogue({ columns, softBreak, cues, skipped }: AssFile, value: string, number: number): void {
  const fields = value.split(',');
  const startUs = readTime(fields[columns.start]);
  const endUs = readTime(fields[columns.end]);
  if (startUs === null || endUs === null || fields.length < columns.count)
    skipped.push({ line: number, problem: 'has times that cannot be read' });
  else {
    const pieces = piecesOf(fields.slice(columns.count - 1).join(','));
    const text = plainText(pieces.map(({ raw }) => raw).join(''), softBreak);
    const cue = { startUs, endUs, text };
    const problem = problemOf(cue);
    if (problem !== null) skipped.push({ line: number, problem });
    else if (text !== '') keep(cues, { ...cue, ...karaokeOf(pieces, cue, softBreak) });
  }
}

/** Of copies of a line the one with times of its words. */
function keep(cues: AssFile['cues'], cue: Cue): void {
  const key = `${cue.startUs} ${cue.endUs} ${cue.text}`;
  if (cue.words || !cues.has(key)) cues.set(key, cue);
}

function readTime(text: string | undefined): number | null {
  const match = TIME.exec(text ?? '');
  return match ? timeUs(match.slice(1)) : null;
}

/** `{…}` is an override block, if it is closed; `\{` is a brace. */
const PIECE = /\\[{}]|\{([^}]*)\}|[^{\\]+|[{\\]/g;
const DRAWING = /\\p(\d+)/g;
/** How long the syllable after it is spoken, in hundredths of a second. */
const KARAOKE = /\\(?:k[fo]?|K)(\d{1,6})/g;
const CENTISECOND_US = 10_000;

/** Text as it is written, and when it begins to be spoken, from the start of its line; null: that is not said. */
interface Piece {
  raw: string;
  readonly startUs: number | null;
}

/** The text of a line without override blocks and drawings, cut where karaoke has times; the last piece is empty then, and begins when all is spoken. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [{ raw: '', startUs: null }];
  const add = (raw: string) => {
    const last = pieces.at(-1);
    if (last && !drawing) last.raw += raw;
  };
  let drawing = false;
  let nextUs = 0;
  // Beyond the last brace no block is closed: looking for its end from each brace there would take time that grows with their square.
  const closed = text.lastIndexOf('}') + 1;
  for (const [piece, overrides] of text.slice(0, closed).matchAll(PIECE)) {
    if (overrides === undefined) add(piece);
    for (const [, scale] of (overrides ?? '').matchAll(DRAWING)) drawing = Number(scale) > 0;
    for (const [, length] of (overrides ?? '').matchAll(KARAOKE)) {
      pieces.push({ raw: '', startUs: nextUs });
      nextUs += Number(length) * CENTISECOND_US;
    }
  }
  add(text.slice(closed));
  return pieces.length === 1 ? pieces : [...pieces, { raw: '', startUs: nextUs }];
}

function karaokeOf(
  pieces: readonly Piece[],
  { startUs, endUs }: Cue,
  softBreak: AssFile['softBreak'],
): Pick<Cue, 'words'> {
  if (pieces.length === 1) return {};
  const spoken = pieces.map((piece): TextPiece => ({ ...piece, text: plainText(piece.raw, softBreak) }));
  return { words: wordsOfPieces(spoken, endUs - startUs) };
}

function plainText(text: string, softBreak: AssFile['softBreak']): string {
  const broken = text
    .replace(/\\N/g, '\n')
    .replace(/\\n/g, softBreak)
    .replace(/\\h/g, '\u00A0')
    .replace(/\\([{}])/g, '$1');
  return broken
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}
