import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Cue, Subtitles } from '../../../../generated/cutroom/v1/montage.js';
import type { Duration } from '../../../../generated/google/protobuf/duration.js';
import type { ParameterReader } from './parameter-reader.js';
import { readSubtitleStyle } from './read-subtitle-style.js';

/** Reads the subtitles: a file or cues. Both parameters are ours, since MoneyPrinterTurbo writes its subtitles itself. @param fonts the names that `font_name` may have. */
export function readSubtitles(reader: ParameterReader, fonts: readonly string[]): Subtitles | undefined {
  const isOn = reader.flag('subtitle_enabled') ?? true;
  const source = readSource(reader);
  const style = readSubtitleStyle(reader, fonts);
  if (!isOn) return undefined;
  if (source) return { source, style, language: '', maxWords: 0, maxChars: 0, highlight: undefined };
  if (reader.raw('subtitle_enabled') === true) {
    reader.warn(
      'SUBTITLES_MISSING',
      'subtitle_enabled',
      'no subtitles are made of speech here: give a subtitle_file or subtitle_cues',
    );
  }
  return undefined;
}

function readSource(reader: ParameterReader): Subtitles['source'] {
  const uri = reader.text('subtitle_file') ?? '';
  const cues = reader.raw('subtitle_cues') ?? undefined;
  if (uri !== '' && cues !== undefined) reader.refuse('subtitle_cues', 'must not be given together with subtitle_file');
  if (uri !== '') return { $case: 'uri', value: uri };
  if (cues === undefined) return undefined;
  if (Array.isArray(cues))
    return { $case: 'cues', value: { cues: cues.map((cue, i) => readCue(cue, `subtitle_cues[${i}]`, reader)) } };
  reader.refuse('subtitle_cues', 'must be a list');
  return undefined;
}

function readCue(value: JsonValue, field: string, reader: ParameterReader): Cue {
  const cue: JsonObject = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  const text = cue.text;
  if (typeof text !== 'string') reader.refuse(`${field}.text`, 'must be a string');
  return {
    start: readTime(cue.start, `${field}.start`, reader),
    end: readTime(cue.end, `${field}.end`, reader),
    text: typeof text === 'string' ? text : '-',
    words: [],
  };
}

/** Longer than any video; the parser of the spec reports the real limit. */
const MAX_SECONDS = 1_000_000;

function readTime(value: JsonValue | undefined, field: string, reader: ParameterReader): Duration {
  const isTime = typeof value === 'number' && value >= 0 && value <= MAX_SECONDS;
  if (!isTime) reader.refuse(field, 'must be seconds from the start of the video');
  return durationOf(isTime ? value : 1);
}

function durationOf(seconds: number): Duration {
  const us = Math.round(seconds * 1e6);
  return { seconds: BigInt(Math.floor(us / 1e6)), nanos: (us % 1e6) * 1000 };
}
