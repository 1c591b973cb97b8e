import type { JsonObject } from '@bufbuild/protobuf';
import { Montage } from '../../../../generated/cutroom/v1/montage.js';
import { SubmitTaskRequest } from '../../../../generated/cutroom/v1/task_service.js';
import type { Violation } from '../../../composition/violation.js';
import type { Warning } from '../../../composition/warning.js';
import { FIELD_REQUIRED } from './error-response.js';
import { createParameterReader, type ParameterReader } from './parameter-reader.js';
import { readVisuals } from './read-visuals.js';
import { readMusic, readNarration } from './read-audio.js';
import { readSubtitles } from './read-subtitles.js';

/** The request that the parameters of `POST /videos` stand for. */
export interface VideoRequest {
  readonly request: SubmitTaskRequest;
  /** By parameter names. */
  readonly violations: readonly Violation[];
  readonly warnings: readonly Warning[];
}

/** The choices that are made here once, so that every attempt makes the same video. */
export interface Choices {
  /** The songs of `bgm_type: "random"`. */
  readonly songs: readonly string[];
  /** Songs of callers, which are never chosen, but may be named. */
  readonly uploadedSongs: readonly string[];
  /** The names that `font_name` may have; any other has no effect. */
  readonly fonts: readonly string[];
  /** At least 0, less than 1. */
  readonly random: () => number;
}

/** Accepted, and without effect here or there once narration and materials are given: writing and speaking the script, searching footage, encoding. */
const IGNORED = [
  'video_script',
  'video_terms',
  'video_language',
  'paragraph_number',
  'video_script_prompt',
  'custom_system_prompt',
  'voice_name',
  'voice_rate',
  'n_threads',
];
/** Accepted, and without effect though the video would look or sound otherwise there. */
const NOT_DONE = ['match_materials_to_script', 'subtitle_display_mode', 'subtitle_animation', 'video_music_prompt'];
/** Values that ask for nothing: forms send them for what was not chosen. */
const NOTHING: readonly unknown[] = [undefined, null, '', false, 'none', 'None'];
/** A body of 4 MiB has room for very many names. */
const MAX_UNKNOWN = 50;
const VIDEO_COUNT = { min: 1, max: 10, whole: true };
const MAX_LABEL_CHARACTERS = 256;

/** Reads the parameters of `POST /videos`, with every violation, and a warning for each unknown parameter and for what changes the video. */
export function readVideoRequest(json: JsonObject, choices: Choices): VideoRequest {
  return readParameters(createParameterReader(json), choices);
}

/** The same with a reader of one's own, which learns the name and type of every parameter. */
export function readParameters(
  reader: ParameterReader,
  { songs, uploadedSongs, fonts, random }: Choices,
): VideoRequest {
  const subject = reader.text('video_subject');
  if (subject === undefined && reader.violations.length === 0) reader.refuse('video_subject', FIELD_REQUIRED);
  const variants = reader.number('video_count', VIDEO_COUNT) ?? 1;
  const montage = Montage.fromPartial({
    ...readVisuals(reader, { variants }),
    seed: Math.floor(random() * 2 ** 32),
    variants,
    narration: readNarration(reader),
    music: readMusic(reader, { songs, uploads: uploadedSongs, random: random() }),
    subtitles: readSubtitles(reader, fonts),
  });
  const request = SubmitTaskRequest.fromPartial({
    spec: { kind: { $case: 'montage', value: montage } },
    labels:
      subject === undefined || subject === ''
        ? {}
        : { video_subject: Array.from(subject).slice(0, MAX_LABEL_CHARACTERS).join('') },
  });
  noteUnread(reader);
  return { request, violations: reader.violations, warnings: reader.warnings };
}

function noteUnread(reader: ParameterReader): void {
  for (const name of IGNORED) reader.raw(name);
  for (const name of NOT_DONE) {
    if (!NOTHING.includes(reader.raw(name)))
      reader.warn('PARAMETER_IGNORED', name, 'this parameter has no effect here');
  }
  const unknown = reader.unread();
  for (const name of unknown.slice(0, MAX_UNKNOWN))
    reader.warn('PARAMETER_UNKNOWN', name.slice(0, 64), 'this parameter is not known');
  if (unknown.length > MAX_UNKNOWN) {
    reader.warnings.push({
      code: 'PARAMETER_UNKNOWN',
      message: 'more parameters are not known',
      field: '',
      count: unknown.length - MAX_UNKNOWN,
    });
  }
}
