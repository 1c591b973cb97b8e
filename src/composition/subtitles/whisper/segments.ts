/** A stretch of speech as a dump of Whisper has it; times in microseconds, null: not said, or no number. */
export interface Segment {
  readonly startUs: number | null;
  readonly endUs: number | null;
  readonly text: string;
  /** In order; parts of words where `areTokens`. Empty: not known. */
  readonly words: readonly SpokenWord[];
  readonly areTokens: boolean;
}

export interface SpokenWord {
  readonly text: string;
  readonly startUs: number | null;
  readonly endUs: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** The segments of a dump, whichever program wrote it; null: it is none. */
export function segmentsOf(document: unknown): Segment[] | null {
  if (Array.isArray(document)) return segmentList(document);
  const fields = fieldsOf(document);
  if (Array.isArray(fields['transcription'])) return fields['transcription'].map(ofWhisperCpp);
  const loose = Array.isArray(fields['words']) ? fields['words'].map(wordOf) : [];
  if (Array.isArray(fields['segments'])) return withLooseWords(segmentList(fields['segments']), loose);
  return loose.length === 0 ? null : sentencesOf(loose);
}

/** `segments` of openai-whisper, and a list of them as faster-whisper's users dump it. */
function segmentList(list: readonly unknown[]): Segment[] {
  return list.map((item) => {
    const { start, end, text, words } = fieldsOf(item);
    const spoken = Array.isArray(words) ? words.map(wordOf) : [];
    return {
      startUs: fromSeconds(start),
      endUs: fromSeconds(end),
      text: typeof text === 'string' ? text : textOf(spoken),
      words: spoken,
      areTokens: false,
    };
  });
}

/** openai-whisper writes `word`, some of its relatives `text`. */
function wordOf(item: unknown): SpokenWord {
  const { word, text, start, end } = fieldsOf(item);
  const said = word ?? text;
  return { text: typeof said === 'string' ? said : '', startUs: fromSeconds(start), endUs: fromSeconds(end) };
}

/** An item of `transcription` of whisper.cpp: milliseconds in `offsets`; with `-ojf` its tokens, and marks such as `[_BEG_]` among them. */
function ofWhisperCpp(item: unknown): Segment {
  const { offsets, text, tokens } = fieldsOf(item);
  const words = Array.isArray(tokens) ? tokens.map(tokenOf).filter(({ text: token }) => !MARK.test(token)) : [];
  return { ...fromOffsets(offsets), text: typeof text === 'string' ? text : '', words, areTokens: true };
}

const MARK = /^\[_[A-Z]+_(?:\d+\])?\]?$/;

function tokenOf(item: unknown): SpokenWord {
  const { text, offsets } = fieldsOf(item);
  return { text: typeof text === 'string' ? text : '', ...fromOffsets(offsets) };
}

function fromOffsets(offsets: unknown): Pick<SpokenWord, 'startUs' | 'endUs'> {
  const { from, to } = fieldsOf(offsets);
  const us = (ms: unknown) => (typeof ms === 'number' ? fromSeconds(ms / 1_000) : null);
  return { startUs: us(from), endUs: us(to) };
}

/** Words that stand beside the segments, as OpenAI's API answers: each belongs to the segment in whose time its middle lies. */
function withLooseWords(segments: readonly Segment[], loose: readonly SpokenWord[]): Segment[] {
  if (loose.length === 0 || segments.some(({ words }) => words.length > 0)) return [...segments];
  let next = 0;
  return segments.map((segment) => {
    const words: SpokenWord[] = [];
    for (let word = loose[next]; word; word = loose[(next += 1)]) {
      const middle = ((word.startUs ?? 0) + (word.endUs ?? word.startUs ?? 0)) / 2;
      if (middle >= (segment.endUs ?? 0)) break;
      words.push(word);
    }
    return { ...segment, words };
  });
}

/** As long as two lines of a subtitle, by the common rule. */
const MAX_SENTENCE = 84;
const PAUSE_US = 1_000_000;
const SENTENCE_END = /[.?!…。？！]["'”’»)]?\s*$/u;

/** Words without segments, cut where a sentence ends, before a pause, or where a text gets too long. */
function sentencesOf(words: readonly SpokenWord[]): Segment[] {
  const sentences: SpokenWord[][] = [];
  let length = 0;
  for (const [i, word] of words.entries()) {
    const before = words[i - 1];
    const isPause = (word.startUs ?? 0) - (before?.endUs ?? Infinity) >= PAUSE_US;
    const isNew = !before || isPause || SENTENCE_END.test(before.text) || length + word.text.length > MAX_SENTENCE;
    if (isNew) sentences.push([]);
    length = (isNew ? 0 : length) + word.text.length + 1;
    sentences.at(-1)?.push(word);
  }
  return sentences.map((own) => {
    const startUs = own[0]?.startUs ?? null;
    return { startUs, endUs: own.at(-1)?.endUs ?? null, text: textOf(own), words: own, areTokens: false };
  });
}

/** Some programs keep the space before each word, others write none. */
function textOf(words: readonly SpokenWord[]): string {
  const texts = words.map(({ text }) => text);
  return texts.join(texts.slice(1).some((text) => text.startsWith(' ')) ? '' : ' ');
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** @returns whole microseconds; null: no time from 0 s to a year. */
function fromSeconds(value: unknown): number | null {
  const isTime = typeof value === 'number' && value >= 0 && value < 31_536_000;
  return isTime ? Math.round(value * 1_000_000) : null;
}
