import { TRANSITION_KINDS } from '../composition/transition-kinds.js';
import type { FieldRule } from './field-rule.js';
import { COLOR, COLOR_WITH_ALPHA, MAX_FONT_BYTES, MAX_URI_BYTES, URI } from './render-spec/fields.js';
import { GAIN } from './render-spec/parse-audio.js';
import { MAX_TEXT_CHARACTERS, TEXT as TEXT_PATTERN } from './render-spec/parse-subtitles.js';
import { FRAME_RATE } from './render-spec/parse-frame-rate.js';
import { BACKGROUND, CANVAS_SIDE } from './render-spec/timeline/parse-canvas.js';
import { ID } from './render-spec/timeline/ids.js';
import { PERCENT } from './render-spec/parse-point.js';
import { OPACITY, ROTATION } from './render-spec/timeline/parse-box.js';
import { START } from './render-spec/timeline/parse-clip.js';
import { STOPS } from './render-spec/timeline/parse-drawn.js';
import { SOUND_FADE, SPEED, TRIM } from './render-spec/timeline/parse-files.js';
import { MAX_KEYFRAMES } from './render-spec/timeline/parse-keyframes.js';
import * as look from './render-spec/timeline/parse-look.js';
import { BLUR, SHADOW_OFFSET } from './render-spec/timeline/parse-shadow.js';
import * as text from './render-spec/timeline/parse-text.js';
import * as timeline from './render-spec/timeline/parse-timeline.js';

const uri: FieldRule = { kind: 'text', min: 1, max: MAX_URI_BYTES, pattern: URI };
const id: FieldRule = { kind: 'text', pattern: ID, empty: true };
const side: FieldRule = { kind: 'number', ...CANVAS_SIDE, zero: true, multipleOf: 2 };
const color: FieldRule = { kind: 'text', pattern: COLOR };
const colorOrDefault: FieldRule = { kind: 'text', pattern: COLOR_WITH_ALPHA, empty: true };
const duration = ({ minUs, maxUs }: { minUs: number; maxUs: number }): FieldRule => ({
  kind: 'duration',
  minUs,
  maxUs,
});
const number = ({ min, max }: { min: number; max: number }): FieldRule => ({ kind: 'number', min, max });
const orDefault = ({ min, max }: { min: number; max: number }): FieldRule => ({ kind: 'number', min, max, zero: true });

const frameRate: FieldRule = { kind: 'text', pattern: FRAME_RATE, empty: true };
const transitionName: FieldRule = {
  kind: 'text',
  pattern: new RegExp(`^(?:${TRANSITION_KINDS.join('|')})$`),
  empty: true,
};

/** The rules of single fields of timelines; see `FIELD_RULES`. Those that depend on the canvas are not among them. */
export const TIMELINE_RULES: Readonly<Record<string, FieldRule>> = {
  'Timeline.tracks': { kind: 'list', min: 1, max: timeline.MAX_TRACKS },
  'Track.clips': { kind: 'list', min: 1, max: timeline.MAX_CLIPS },
  'Canvas.width': side,
  'Canvas.height': side,
  'Canvas.frame_rate': frameRate,
  'Canvas.background': { kind: 'text', pattern: BACKGROUND, empty: true },
  'Loudness.integrated_lufs': number(timeline.INTEGRATED),
  'Loudness.true_peak_dbtp': number(timeline.TRUE_PEAK),
  'Track.id': id,
  'Track.gain_db': number(GAIN),
  'Duck.under': { kind: 'text', pattern: ID },
  'Duck.amount_db': orDefault(timeline.DUCK_AMOUNT),
  'Duck.attack': duration(timeline.DUCK_ATTACK),
  'Duck.release': duration(timeline.DUCK_RELEASE),
  'Clip.id': id,
  'Clip.start': duration(START),
  'Clip.start_with': { kind: 'text', pattern: ID },
  'Clip.start_after': { kind: 'text', pattern: ID },
  'Clip.same_as': { kind: 'text', pattern: ID },
  'Clip.opacity': number(OPACITY),
  'Clip.rotation': number(ROTATION),
  'Clip.corner_radius': number(look.CORNER_RADIUS),
  'Clip.blur': number(BLUR),
  'Clip.keyframes': { kind: 'list', min: 0, max: MAX_KEYFRAMES },
  'NestedTimeline.tracks': { kind: 'list', min: 1, max: timeline.MAX_TRACKS },
  'NestedTimeline.trim_start': duration(TRIM),
  'NestedTimeline.gain_db': number(GAIN),
  'VideoAsset.uri': uri,
  'VideoAsset.trim_start': duration(TRIM),
  'VideoAsset.speed': orDefault(SPEED),
  'ImageAsset.uri': uri,
  'AudioAsset.uri': uri,
  'AudioAsset.trim_start': duration(TRIM),
  'AudioAsset.speed': orDefault(SPEED),
  'SoundSettings.gain_db': number(GAIN),
  'SoundSettings.fade_in': duration(SOUND_FADE),
  'SoundSettings.fade_out': duration(SOUND_FADE),
  'TextAsset.text': { kind: 'text', min: 1, max: MAX_TEXT_CHARACTERS, pattern: TEXT_PATTERN },
  'TextAsset.font': { kind: 'text', max: MAX_FONT_BYTES },
  'TextAsset.font_size': orDefault(text.TEXT_SIZE),
  'TextAsset.color': colorOrDefault,
  'TextAsset.line_height': orDefault(text.LINE_HEIGHT),
  'TextAsset.letter_spacing': number(text.LETTER_SPACING),
  'TextAsset.max_lines': orDefault(text.MAX_LINES),
  'TextOutline.width': orDefault(text.TEXT_OUTLINE_WIDTH),
  'TextOutline.color': colorOrDefault,
  'TextBackground.color': colorOrDefault,
  'TextBackground.padding': number(text.PADDING),
  'TextBackground.radius': number(text.PADDING),
  'TextAnimation.interval': duration(text.INTERVAL),
  'GradientAsset.angle': number(ROTATION),
  'GradientAsset.stops': { kind: 'list', ...STOPS },
  'ColorAsset.color': { kind: 'text', pattern: COLOR_WITH_ALPHA },
  'GradientStop.color': { kind: 'text', pattern: COLOR_WITH_ALPHA },
  'GradientStop.at': number(OPACITY),
  'Point.x': number(PERCENT),
  'Point.y': number(PERCENT),
  'Border.width': orDefault(look.BORDER_WIDTH),
  'Border.color': colorOrDefault,
  'Shadow.x': number(SHADOW_OFFSET),
  'Shadow.y': number(SHADOW_OFFSET),
  'Shadow.blur': number(BLUR),
  'Shadow.color': colorOrDefault,
  'ChromaKey.color': color,
  'ChromaKey.similarity': orDefault(look.SIMILARITY),
  'ChromaKey.blend': number(OPACITY),
  'ColorAdjustment.brightness': number(look.BRIGHTNESS),
  'ColorAdjustment.contrast': number(look.CONTRAST),
  'ColorAdjustment.saturation': number(look.SATURATION),
  'ColorAdjustment.gamma': orDefault(look.GAMMA),
  'ColorAdjustment.hue': number(look.HUE),
  'ColorAdjustment.temperature': orDefault(look.TEMPERATURE),
  'ColorAdjustment.lut_uri': { kind: 'text', max: MAX_URI_BYTES },
  'ClipTransition.kind': transitionName,
  'Transition.name': transitionName,
  'Montage.frame_rate': frameRate,
  'Motion.strength': orDefault(look.MOTION_STRENGTH),
};
