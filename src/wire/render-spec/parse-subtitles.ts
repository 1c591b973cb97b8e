import type { Cue } from '../../composition/captions.js';
import { highlightedWords, MAX_HIGHLIGHTED_WORDS } from '../../composition/subtitles/highlighted-words.js';
import type { Subtitles } from '../../composition/montage/montage.js';
import type { Cue as WireCue, CueList, Subtitles as WireSubtitles } from '../../../generated/cutroom/v1/montage.js';
import { at, parseDurationUs, parseNumber, parseUri, type Place, refuse } from './fields.js';
import { parseHighlight } from './parse-highlight.js';
import { parseSubtitleStyle } from './parse-subtitle-style.js';
import { parseWords } from './parse-words.js';

export const MAX_CUES = 5000;
export const MAX_TEXT_CHARACTERS = 2000;
/** Without control characters other than line breaks and tabs. */
export const TEXT = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/;
/** A tag of BCP 47 as far as it is in use: a language, and what narrows it down. */
export const LANGUAGE = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}$/;
export const CUE_TIME = { minUs: 0, maxUs: 24 * 3_600_000_000 };

export const MAX_WORDS = { min: 1, max: 100, unit: 'words' };
export const MAX_CHARS = { min: 1, max: MAX_TEXT_CHARACTERS, unit: 'characters' };

/** Reads the text of a video. */
export function parseSubtitles(wire: WireSubtitles, place: Place, frame: { shortSide: number }): Subtitles {
  const style = parseSubtitleStyle(wire.style, at(place, 'style'), frame);
  const highlight = wire.highlight && parseHighlight(wire.highlight, at(place, 'highlight'), style);
  const source = parseSource(wire, place);
  if (highlight && source.kind === 'cues' && isBeyondHighlight(source.cues))
    refuse(
      at(place, 'highlight'),
      `must not be set for more than ${MAX_HIGHLIGHTED_WORDS} words in all cues: leave it out, or divide the video`,
    );
  return {
    field: place.field,
    source,
    style: { ...style, ...(highlight ? { highlight } : {}) },
    ...(wire.maxWords === 0 ? {} : { maxWords: parseNumber(wire.maxWords, at(place, 'max_words'), MAX_WORDS) }),
    ...(wire.maxChars === 0 ? {} : { maxChars: parseNumber(wire.maxChars, at(place, 'max_chars'), MAX_CHARS) }),
    ...(wire.language === '' ? {} : { language: parseLanguage(wire.language, at(place, 'language')) }),
  };
}

function isBeyondHighlight(cues: readonly Cue[]): boolean {
  return highlightedWords(cues, MAX_HIGHLIGHTED_WORDS) > MAX_HIGHLIGHTED_WORDS;
}

function parseLanguage(tag: string, place: Place): string {
  if (!LANGUAGE.test(tag)) refuse(place, 'must be a language tag such as en or pt-BR');
  return tag;
}

function parseSource(wire: WireSubtitles, place: Place): Subtitles['source'] {
  switch (wire.source?.$case) {
    case 'uri':
      return { kind: 'file', asset: parseUri(wire.source.value, at(place, 'uri')) };
    case 'cues':
      return { kind: 'cues', cues: parseCues(wire.source.value, at(place, 'cues')) };
    case undefined:
      refuse(place, 'must have one of: uri, cues');
      return { kind: 'cues', cues: [] };
  }
}

function parseCues(list: CueList, place: Place): Cue[] {
  const count = list.cues.length;
  if (count === 0) refuse(at(place, 'cues'), 'is required: at least one cue');
  if (count > MAX_CUES) {
    refuse(at(place, 'cues'), `must be at most ${MAX_CUES}, not ${count}`);
    return [];
  }
  const cues = list.cues.map((cue, i) => parseCue(cue, at(place, 'cues', i)));
  return cues.sort((a, b) => a.startUs - b.startUs);
}

function parseCue(wire: WireCue, place: Place): Cue {
  const startUs = wire.start ? parseDurationUs(wire.start, at(place, 'start'), CUE_TIME) : 0;
  const endUs = wire.end ? parseDurationUs(wire.end, at(place, 'end'), CUE_TIME) : null;
  if (!wire.end) refuse(at(place, 'end'), 'is required');
  else if (startUs !== null && endUs !== null && endUs <= startUs) refuse(at(place, 'end'), 'must be after start');
  const cue = { startUs: startUs ?? 0, endUs: endUs ?? CUE_TIME.maxUs, text: parseText(wire.text, at(place, 'text')) };
  const words = parseWords(wire.words, cue, place);
  return words ? { ...cue, words } : cue;
}

/** Reads a text of several lines. */
export function parseText(text: string, place: Place): string {
  const lines = text.replace(/\r\n?/g, '\n');
  // UTF-16 units first: counting characters needs a copy of a text that may be as large as the request.
  if (lines === '') refuse(place, 'is required');
  else if (lines.length > 2 * MAX_TEXT_CHARACTERS || Array.from(lines).length > MAX_TEXT_CHARACTERS) {
    refuse(place, `must be at most ${MAX_TEXT_CHARACTERS} characters long`);
  } else if (!TEXT.test(lines)) refuse(place, 'must not contain control characters other than line breaks and tabs');
  return lines;
}
