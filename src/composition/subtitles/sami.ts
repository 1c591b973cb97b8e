import type { Cue } from '../captions.js';
import { withoutEntities } from './entities.js';
import { createLineCounter } from './line-counter.js';
import { parsedCues, type ParsedCues, problemOf, type SkippedLine } from './subtitle-text.js';

const SYNC = /<sync\b([^<>]*)>/gi;
const START = /\bstart\s*=\s*["']?\s*(-?\d{1,10})/i;
const END = /\bend\s*=\s*["']?\s*(\d{1,10})/i;
const CLASS = /<p\b[^<>]*\bclass\s*=\s*["']?\s*([\w-]+)/i;
/** How long the last cue is shown where nothing ends it. */
const LAST_US = 4_000_000;

/** Whether a file looks like SAMI. */
export function isSami(text: string): boolean {
  return /<sami[\s>]/i.test(text.slice(0, 4_096));
}

/**
 * Reads SAMI: each text is shown until the next one, which may be blank. Of several languages only the first is taken.
 * @throws SubtitleSyntaxError when there is not one cue.
 */
export function parseSami(text: string): ParsedCues {
  const syncs = syncsOf(text);
  const language = syncs.find(({ shown, name }) => name !== '' && shown !== '')?.name ?? '';
  const own = syncs.filter(({ name }) => name === '' || name === language);
  const skipped: SkippedLine[] = [];
  const cues = own.flatMap(({ line, startUs, endUs, shown }, i): Cue[] => {
    if (shown === '') return [];
    const cue = { startUs, endUs: endUs ?? own[i + 1]?.startUs ?? startUs + LAST_US, text: shown };
    const problem = problemOf(cue);
    if (problem !== null) skipped.push({ line, problem });
    return problem === null ? [cue] : [];
  });
  const others = syncs.filter(({ name, shown }) => name !== '' && name !== language && shown !== '');
  skipped.push(...others.map(({ line, name }) => ({ line, problem: `is of another language (${name})` })));
  return parsedCues(cues, skipped);
}

interface Sync {
  readonly line: number;
  readonly startUs: number;
  readonly endUs: number | null;
  /** Of the paragraph, which tells its language; empty where it has none. */
  readonly name: string;
  /** Empty: nothing is shown from here on. */
  readonly shown: string;
}

function syncsOf(text: string): Sync[] {
  const tags = Array.from(text.matchAll(SYNC));
  const lineAt = createLineCounter(text);
  return tags.flatMap((tag, i) => {
    const line = lineAt(tag.index);
    const start = START.exec(tag[1] ?? '')?.[1];
    if (start === undefined) return [];
    const end = END.exec(tag[1] ?? '')?.[1];
    const body = text.slice(tag.index + tag[0].length, tags[i + 1]?.index);
    return [
      {
        line,
        startUs: Number(start) * 1000,
        endUs: end === undefined ? null : Number(end) * 1000,
        name: CLASS.exec(body)?.[1]?.toUpperCase() ?? '',
        shown: plainText(body),
      },
    ];
  });
}

/** Line ends of the file are blanks, as in HTML. */
function plainText(body: string): string {
  const marked = body
    .replace(/\s+/g, ' ')
    .replace(/<br\b[^<>]*>/gi, '\n')
    .replace(/<[^<>]*>/g, '');
  const lines = withoutEntities(marked).split('\n');
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}
