import { linesOf, parsedCues, type ParsedCues, problemOf, type SkippedLine } from './subtitle-text.js';
import { looksLikeTimeSpan, parseTimeSpan } from './time-span.js';

/**
 * Mark-up that players understand and that would otherwise show as text: HTML-like tags and SSA overrides. None has the sign within it that it begins
 * with: a file of nothing but beginnings is then read once, and not from each of them to its end.
 */
const MARKUP = /<\/?(?:b|i|u|s|font|c|v|lang|ruby|rt)(?:[\s.][^<>]*)?>|\{\\[^{}]*\}/gi;

const FONT = /<font[\s>]/i;

/**
 * Reads SubRip text as players do, not as the few who specified it did: byte order mark, any line ends, numbers missing or wrong,
 * no empty line between cues or after the last. A cue without text is left out, and so is one that ends before it starts or
 * whose times cannot be read; those are told.
 * @throws SubtitleSyntaxError when there is not one cue.
 */
export function parseSrt(text: string): ParsedCues {
  const lines = linesOf(text);
  const skipped: SkippedLine[] = [];
  const spans = lines.flatMap((line, i) => {
    const span = parseTimeSpan(line);
    if (!span && looksLikeTimeSpan(line)) skipped.push({ line: i + 1, problem: 'has times that cannot be read' });
    // What follows such a line is the text of no cue, least of all of the one before.
    return span || looksLikeTimeSpan(line) ? [{ line: i, span }] : [];
  });
  const cues = spans.flatMap(({ line, span }, i) => {
    const body = textBetween(lines, line + 1, spans[i + 1]?.line);
    if (!span || body === '') return [];
    const cue = { ...span, text: body };
    const problem = problemOf(cue);
    if (problem === null) return [cue];
    skipped.push({ line: line + 1, problem });
    return [];
  });
  const inOrder = skipped.sort((a, b) => a.line - b.line);
  return { ...parsedCues(cues, inOrder), ...(FONT.test(text) ? { ignored: '`<font>` tags' } : {}) };
}

/** The text of one cue: all lines up to the next timing, less the number that belongs to the next cue. Empty lines part cues, but some files have them inside too. */
function textBetween(lines: readonly string[], from: number, next: number | undefined): string {
  const body = lines.slice(from, next);
  if (next !== undefined && /^\s*\d+\s*$/.test(body.at(-1) ?? '')) body.pop();
  const text = body.map((line) => line.replace(MARKUP, '').trim());
  return text.filter((line) => line !== '').join('\n');
}
