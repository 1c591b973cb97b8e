import type { Cue } from '../captions.js';
import { withoutEntities } from './entities.js';
import { linesOf, parsedCues, type ParsedCues, problemOf, type SkippedLine } from './subtitle-text.js';
import { parseTimeSpan, timeUs } from './time-span.js';
import { type TextPiece, wordsOfPieces } from './word-times.js';

/** Blocks that hold no cue. */
const NO_CUE = /^(?:NOTE|STYLE|REGION)(?:[ \t]|$)/;
const ARROW = '-->';

/**
 * Readings above the characters, which would otherwise stand between them; the end of the last one may be missing. The next one ends the search for an
 * end: a file of nothing but beginnings takes no longer.
 */
const RUBY_TEXT = /<rt(?:[.\s][^<>]*)?>(?:(?!<rt[.\s>])[\s\S])*?(?:<\/rt>|(?=<\/ruby>))/gi;
/** `<b>`, `<c.loud>`, `<v Name>`, `</v>`, `<00:01.000>`; not the heart of `<3`, nor `a < b`. */
const TAG = /<\/?[a-z][^<>]*>|<[\d:.]+>|<\/?>/gi;

/** When what follows it is spoken. */
const TIMESTAMP = /<(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})\.(\d{1,6})>/g;

/** Whether a file says of itself that it is WebVTT. */
export function isVtt(text: string): boolean {
  return /^\uFEFF?WEBVTT(?:[ \t\r\n]|$)/.test(text);
}

/**
 * Reads WebVTT: text and the times of its words, without positions, voices and styles. As in browsers, a cue that cannot be read is left out, and here told; one without
 * text is left out. Where the empty line between cues is missing they are told apart all the same.
 * @throws SubtitleSyntaxError when there is not one cue.
 */
export function parseVtt(text: string): ParsedCues {
  const skipped: SkippedLine[] = [];
  // The heading is no part of a block, not even where the empty line after it is missing.
  const blocks = blocksOf(['', ...linesOf(text).slice(1)]);
  const cues = blocks.flatMap((block) => cueOf(block, skipped));
  const isStyled = blocks.some(({ lines }) => /^STYLE(?:[ \t]|$)/.test(lines[0] ?? ''));
  return { ...parsedCues(cues, skipped), ...(isStyled ? { ignored: '`::cue` styles' } : {}) };
}

/** Lines that belong together, and the number of the first. */
interface Block {
  readonly line: number;
  readonly lines: readonly string[];
}

/** Cuts a file at empty lines, and before a second time span. */
function blocksOf(lines: readonly string[]): Block[] {
  const blocks: { line: number; lines: string[] }[] = [];
  let block: { line: number; lines: string[] } | null = null;
  for (const [i, line] of lines.entries()) {
    // YouTube's captions have a line of one blank first; an empty line ends a cue, also where an editor has put blanks into it.
    const isFirstOfText = line !== '' && block?.lines.at(-1)?.includes(ARROW) === true;
    if (line.trim() === '' && !isFirstOfText) {
      block = null;
      continue;
    }
    const isNext = line.includes(ARROW) && block?.lines.some((l) => l.includes(ARROW)) === true;
    // The number of the next cue is not this one's text.
    if (isNext && /^\s*\d+\s*$/.test(block?.lines.at(-1) ?? '')) block?.lines.pop();
    if (block === null || isNext) {
      block = { line: i + 1, lines: [] };
      blocks.push(block);
    }
    block.lines.push(line);
  }
  return blocks;
}

function cueOf({ line, lines }: Block, skipped: SkippedLine[]): Cue[] {
  const at = lines.findIndex((l) => l.includes(ARROW));
  // A note may have an arrow on any line but its first; an id has one line.
  const isCue = at === 0 || (at === 1 && !NO_CUE.test(lines[0] ?? ''));
  if (!isCue) return [];
  const span = parseTimeSpan(lines[at] ?? '');
  const body = lines
    .slice(at + 1)
    .join('\n')
    .replace(RUBY_TEXT, '');
  const cue = span && { ...span, text: plainText(body) };
  const problem = cue ? problemOf(cue) : 'has times that cannot be read';
  if (cue && problem === null) return cue.text === '' ? [] : [{ ...cue, ...timesIn(body, cue) }];
  skipped.push({ line: line + at, problem: problem ?? '' });
  return [];
}

/** The times of the words, of a text with times in it. What does not lie in the cue's time, after the one before, is no time of a word (WebVTT, 4.4). */
function timesIn(body: string, { startUs, endUs }: Cue): Pick<Cue, 'words'> {
  const pieces: { from: number; startUs: number }[] = [];
  let lastUs = startUs;
  for (const match of body.matchAll(TIMESTAMP)) {
    const us = timeUs(match.slice(1));
    if (us <= lastUs || us >= endUs) continue;
    pieces.push({ from: match.index, startUs: us - startUs });
    lastUs = us;
  }
  const [first] = pieces;
  if (!first) return {};
  // What YouTube's captions show once more: a line before the one that is spoken.
  const line = body.lastIndexOf('\n', first.from) + 1;
  const starts = [{ from: 0, startUs: null }, { from: line, startUs: 0 }, ...pieces];
  const spoken = starts.map((start, i): TextPiece => ({
    text: plainText(body.slice(start.from, starts[i + 1]?.from)),
    startUs: start.startUs,
  }));
  return { words: wordsOfPieces(spoken, endUs - startUs) };
}

function plainText(text: string): string {
  // Entities last: what they stand for is text, also where it looks like a tag.
  const plain = withoutEntities(text.replace(TAG, ''));
  return plain
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}
