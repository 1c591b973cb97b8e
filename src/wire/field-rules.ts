import { MAX_FILTER_CHARACTERS } from '../task/list-filter.js';
import { ORDERS } from '../task/use-cases/list-tasks.js';
import { SCOPES, TENANT } from '../task/caller.js';
import { MAX_NAME_CHARACTERS, ONE_LINE } from '../task/use-cases/id-pages.js';
import { UUID } from './parse-submit.js';
import { WAIT } from './parse-get.js';
import { FADE_OUT, GAIN } from './render-spec/parse-audio.js';
import { CLIP_SPEED, LONGEST_CLIP, MAX_MATERIALS, RESOLUTION, VARIANTS } from './render-spec/parse-montage.js';
import {
  FOCUS,
  HLS_SEGMENT,
  HLS_SIZES,
  KEY,
  MAX_OUTPUTS,
  RANGE_TIME,
  SHORT_SIDE,
  SPRITE_INTERVAL,
  SPRITE_WIDTH,
} from './render-spec/parse-outputs.js';
import {
  BUCKET_URI,
  DESTINATION_NAME,
  HEADER_NAME,
  MAX_HEADER_CHARACTERS,
  MAX_HEADERS,
} from './render-spec/parse-destination.js';
import { THUMBNAILS } from './render-spec/parse-thumbnails.js';
import { FONT_SIZE, HEIGHT_PERCENT, OUTLINE_WIDTH, SAFE_MARGIN } from './render-spec/parse-subtitle-style.js';
import {
  CUE_TIME,
  LANGUAGE,
  MAX_CHARS,
  MAX_CUES,
  MAX_WORDS,
  MAX_TEXT_CHARACTERS,
  TEXT,
} from './render-spec/parse-subtitles.js';
import { WORD_SCALE } from './render-spec/parse-highlight.js';
import { MAX_CUE_WORDS } from './render-spec/parse-words.js';
import { TRANSITION_TIME } from './render-spec/parse-transition.js';
import { MARGIN, WATERMARK_OPACITY } from './render-spec/parse-watermark.js';
import { MAX_VALUE_CHARACTERS, MAX_VARIABLES, VARIABLE_NAME } from './render-spec/variables.js';
import { COLOR, COLOR_WITH_ALPHA, MAX_FONT_BYTES, MAX_URI_BYTES, URI } from './render-spec/fields.js';
import { MAX_NOTIFY_URL_CHARACTERS, MAX_TARGETS } from './notify.js';
import { signingSecretName } from './id-names.js';
import type { FieldRule } from './field-rule.js';
import { TIMELINE_RULES } from './timeline-rules.js';
import { NAME } from './task-name.js';
import {
  FETCH,
  LABEL_KEY,
  MAX_ATTEMPTS,
  MAX_LABEL_CHARACTERS,
  MAX_LABELS,
  PRIORITY,
  QUEUE,
  type Range,
  STALL,
  TOTAL,
  TTL,
} from './task-options.js';

const uri: FieldRule = { kind: 'text', min: 1, max: MAX_URI_BYTES, pattern: URI };
const name: FieldRule = { kind: 'text', pattern: NAME };
const color: FieldRule = { kind: 'text', pattern: COLOR, empty: true };
const colorWithAlpha: FieldRule = { kind: 'text', pattern: COLOR_WITH_ALPHA, empty: true };
const duration = (range: { minUs: number; maxUs: number }): FieldRule => ({ kind: 'duration', ...range });
const milliseconds = ({ minMs, maxMs }: Range): FieldRule => duration({ minUs: minMs * 1000, maxUs: maxMs * 1000 });
const number = (range: { min: number; max: number }): FieldRule => ({ kind: 'number', ...range });
const orDefault = (range: { min: number; max: number }): FieldRule => ({ kind: 'number', ...range, zero: true });

/**
 * The rules of single fields of requests, by the fields' names within `cutroom.v1`: the very constants of the parsers, for documents such as OpenAPI's. Rules between
 * fields, and whether an input is there, are not among them.
 */
export const FIELD_RULES: Readonly<Record<string, FieldRule>> = {
  'SubmitTaskRequest.request_id': { kind: 'text', pattern: UUID, empty: true },
  'SubmitTaskRequest.labels': { kind: 'map', max: MAX_LABELS, key: LABEL_KEY, maxValue: MAX_LABEL_CHARACTERS },
  'SubmitTaskRequest.priority': number(PRIORITY),
  'SubmitTaskRequest.max_attempts': orDefault(MAX_ATTEMPTS),
  'SubmitTaskRequest.ttl': milliseconds(TTL),
  'SubmitTaskRequest.notify': { kind: 'list', min: 0, max: MAX_TARGETS },
  'NotifyTarget.url': { kind: 'text', min: 1, max: MAX_NOTIFY_URL_CHARACTERS },
  'NotifyTarget.secret': { kind: 'text', pattern: signingSecretName.pattern, empty: true },
  'ApiKey.display_name': { kind: 'text', min: 1, max: MAX_NAME_CHARACTERS, pattern: ONE_LINE },
  'ApiKey.tenant': { kind: 'text', pattern: TENANT },
  'ApiKey.scopes': { kind: 'choices', of: SCOPES, min: 1 },
  'ListApiKeysRequest.page_size': number({ min: 0, max: 2 ** 31 - 1 }),
  'SigningSecret.display_name': { kind: 'text', min: 1, max: MAX_NAME_CHARACTERS, pattern: ONE_LINE },
  'SigningSecret.tenant': { kind: 'text', pattern: TENANT },
  'ListSigningSecretsRequest.page_size': number({ min: 0, max: 2 ** 31 - 1 }),
  'TaskTimeouts.queue': milliseconds(QUEUE),
  'TaskTimeouts.total': milliseconds(TOTAL),
  'TaskTimeouts.stall': milliseconds(STALL),
  'TaskTimeouts.fetch': milliseconds(FETCH),
  'Montage.materials': { kind: 'list', min: 1, max: MAX_MATERIALS },
  'Montage.longest_clip': duration(LONGEST_CLIP),
  'Montage.background_color': color,
  'Montage.resolution': { kind: 'number', ...RESOLUTION, zero: true, multipleOf: 2 },
  'Montage.clip_speed': orDefault(CLIP_SPEED),
  'Montage.variants': orDefault(VARIANTS),
  'MaterialSound.gain_db': number(GAIN),
  'Watermark.uri': uri,
  'Watermark.margin': number(MARGIN),
  'Watermark.opacity': number(WATERMARK_OPACITY),
  'Material.uri': uri,
  'Transition.duration': duration(TRANSITION_TIME),
  'Narration.uri': uri,
  'Narration.gain_db': number(GAIN),
  'Music.uri': uri,
  'Music.gain_db': number(GAIN),
  'Music.fade_out': duration(FADE_OUT),
  'HttpPut.url': { kind: 'text', min: 1, max: MAX_URI_BYTES },
  'HttpPut.headers': { kind: 'map', max: MAX_HEADERS, key: HEADER_NAME, maxValue: MAX_HEADER_CHARACTERS },
  'S3Put.name': { kind: 'text', pattern: DESTINATION_NAME },
  'S3Put.uri': { kind: 'text', pattern: BUCKET_URI },
  'Subtitles.uri': uri,
  'Subtitles.max_words': orDefault(MAX_WORDS),
  'Subtitles.max_chars': orDefault(MAX_CHARS),
  'Subtitles.language': { kind: 'text', pattern: LANGUAGE, empty: true },
  'CueList.cues': { kind: 'list', min: 1, max: MAX_CUES },
  'Cue.start': duration(CUE_TIME),
  'Cue.end': duration(CUE_TIME),
  'Cue.text': { kind: 'text', min: 1, max: MAX_TEXT_CHARACTERS, pattern: TEXT },
  'Cue.words': { kind: 'list', min: 0, max: MAX_CUE_WORDS },
  'CueWord.text': { kind: 'text', min: 1 },
  'CueWord.start': duration(CUE_TIME),
  'CueWord.end': duration(CUE_TIME),
  'WordHighlight.text_color': colorWithAlpha,
  'WordHighlight.box_color': colorWithAlpha,
  'WordHighlight.scale': orDefault(WORD_SCALE),
  'SubtitleStyle.font_size': orDefault(FONT_SIZE),
  'SubtitleStyle.text_color': colorWithAlpha,
  'SubtitleStyle.outline_color': colorWithAlpha,
  'SubtitleStyle.outline_width': number(OUTLINE_WIDTH),
  'SubtitleStyle.box_color': colorWithAlpha,
  'SubtitleStyle.height_percent': number(HEIGHT_PERCENT),
  ...Object.fromEntries(['top', 'right', 'bottom', 'left'].map((side) => [`SafeArea.${side}`, number(SAFE_MARGIN)])),
  'SubtitleStyle.font': { kind: 'text', max: MAX_FONT_BYTES },
  ...TIMELINE_RULES,
  'RenderSpec.variables': { kind: 'map', max: MAX_VARIABLES, key: VARIABLE_NAME, maxValue: MAX_VALUE_CHARACTERS },
  'RenderSpec.outputs': { kind: 'list', min: 0, max: MAX_OUTPUTS },
  'OutputSpec.key': { kind: 'text', pattern: KEY, empty: true },
  'OutputSpec.short_side': { kind: 'number', ...SHORT_SIDE, zero: true, multipleOf: 2 },
  'Focus.x': number(FOCUS),
  'Focus.y': number(FOCUS),
  'Hls.short_sides': { kind: 'list', ...HLS_SIZES },
  'Hls.segment': duration(HLS_SEGMENT),
  'Thumbnails.count': { kind: 'number', ...THUMBNAILS, zero: true },
  'Thumbnails.times': { kind: 'list', min: 0, max: THUMBNAILS.max },
  'SpriteSheet.interval': duration(SPRITE_INTERVAL),
  'SpriteSheet.width': { kind: 'number', ...SPRITE_WIDTH, zero: true, multipleOf: 2 },
  'TimeRange.start': duration(RANGE_TIME),
  'TimeRange.end': duration(RANGE_TIME),
  'GetTaskRequest.name': name,
  'GetTaskRequest.wait_for_revision_after': { kind: 'cursor' },
  'GetTaskRequest.wait_timeout': duration(WAIT),
  'WatchTaskRequest.name': name,
  'WatchTaskRequest.after_revision': { kind: 'cursor' },
  'ListTasksRequest.page_size': number({ min: 0, max: 2 ** 31 - 1 }),
  'ListTasksRequest.filter': { kind: 'text', max: MAX_FILTER_CHARACTERS },
  'ListTasksRequest.order_by': { kind: 'choice', of: ['', ...Object.keys(ORDERS)] },
  'CancelTaskRequest.name': name,
  'RetryTaskRequest.name': name,
  'RedeliverEventsRequest.name': name,
  'DeleteTaskRequest.name': name,
  'ProbeMediaRequest.uri': uri,
};
