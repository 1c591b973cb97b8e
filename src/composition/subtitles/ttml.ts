import type { Cue } from '../captions.js';
import { parsedCues, type ParsedCues, problemOf, type SkippedLine } from './subtitle-text.js';
import { type TtmlClock, ttmlClock, ttmlTimeUs } from './ttml-time.js';
import { xmlEvents, type XmlEvent } from './xml-events.js';

/** Whether a file looks like TTML, which DFXP, IMSC and EBU-TT are kinds of. */
export function isTtml(text: string): boolean {
  const head = text.slice(0, 8_192);
  return /^\s*<(?:\?xml|!--|(?:[\w-]+:)?tt[\s>])/.test(head) && /<(?:[\w-]+:)?tt[\s>]/.test(head);
}

/**
 * Reads TTML: the text of timed paragraphs, or of timed spans in paragraphs that are not timed. Regions and styles are not taken over.
 * @throws SubtitleSyntaxError when there is not one cue, or the file is no XML.
 */
export function parseTtml(text: string): ParsedCues {
  const document: TtmlDocument = {
    clock: { frameRate: 30, tickRate: 1 },
    open: [],
    cues: [],
    skipped: [],
    isStyled: false,
  };
  for (const event of xmlEvents(text)) read(document, event);
  return { ...parsedCues(document.cues, document.skipped), ...(document.isStyled ? { ignored: 'TTML styles' } : {}) };
}

/** A document as far as it was read. */
interface TtmlDocument {
  clock: TtmlClock;
  /** The elements that are open, the outermost first. */
  readonly open: TtmlElement[];
  readonly cues: Cue[];
  readonly skipped: SkippedLine[];
  isStyled: boolean;
}

interface TtmlElement {
  readonly name: string;
  readonly line: number;
  /** Whether it has times of its own; and whether it or an element around it has. */
  readonly isTimed: boolean;
  readonly hasTimes: boolean;
  readonly startUs: number;
  readonly endUs: number | null;
  readonly problem: string | null;
  shown: string;
}

/** Elements that may have times, and those whose text is shown. */
const TIMED = new Set(['body', 'div', 'p', 'span']);
const SHOWN = new Set(['p', 'span']);
const STYLES = new Set(['styling', 'style']);

function read(document: TtmlDocument, event: XmlEvent): void {
  const { open } = document;
  const inner = open.at(-1);
  switch (event.kind) {
    case 'text':
      if (inner && SHOWN.has(inner.name)) inner.shown += event.text.replace(/\s+/g, ' ');
      return;
    case 'open':
      if (event.name === 'tt') document.clock = ttmlClock(event.attributes);
      if (event.name === 'br' && inner) inner.shown += '\n';
      if (STYLES.has(event.name)) document.isStyled = true;
      open.push(elementOf(document, event));
      return;
    case 'close':
      // What is closed without having been opened is passed over.
      if (inner?.name === event.name) close(document, inner);
  }
}

function elementOf(
  { open, clock }: TtmlDocument,
  { name, attributes, line }: Extract<XmlEvent, { kind: 'open' }>,
): TtmlElement {
  const outer = open.at(-1);
  const inherited = { startUs: outer?.startUs ?? 0, endUs: outer?.endUs ?? null };
  const times = ['begin', 'end', 'dur'].map((key) => attributes.get(key));
  const isTimed = TIMED.has(name) && times.some((time) => time !== undefined);
  const common = { name, line, isTimed, hasTimes: isTimed || outer?.hasTimes === true, shown: '' };
  if (!isTimed) return { ...common, ...inherited, problem: null };
  const [begin, end, duration] = times.map((time) => (time === undefined ? undefined : ttmlTimeUs(time, clock)));
  const isWrong = begin === null || end === null || duration === null;
  const startUs = inherited.startUs + (begin ?? 0);
  const ends = [
    ...(end === undefined || end === null ? [] : [inherited.startUs + end]),
    ...(duration === undefined || duration === null ? [] : [startUs + duration]),
    ...(inherited.endUs === null ? [] : [inherited.endUs]),
  ];
  const problem = isWrong ? 'has times that cannot be read' : null;
  return { ...common, startUs, endUs: ends.length === 0 ? null : Math.min(...ends), problem };
}

function close(document: TtmlDocument, element: TtmlElement): void {
  const { open, cues, skipped } = document;
  open.pop();
  const outer = open.at(-1);
  const isInTimed = outer !== undefined && SHOWN.has(outer.name) && (outer.isTimed || !element.isTimed);
  if (SHOWN.has(element.name) && isInTimed) {
    outer.shown += element.shown;
    return;
  }
  const shown = element.shown
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
  if (!SHOWN.has(element.name) || shown === '') return;
  const cue = { startUs: element.startUs, endUs: element.endUs ?? element.startUs + OPEN_US, text: shown };
  const problem = element.hasTimes ? (element.problem ?? problemOf(cue)) : 'has no times';
  if (problem === null) cues.push(cue);
  else skipped.push({ line: element.line, problem });
}

/** How long a text is shown that nothing ends. */
const OPEN_US = 4_000_000;
