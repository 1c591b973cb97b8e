import {
  type Montage,
  type Music,
  type SafeArea,
  type Subtitles,
  SubtitleStyle,
  SubtitleStyle_BoxShape,
  SubtitleStyle_Position,
  Transition_Kind,
  type Transition,
  type Watermark,
} from '../../../generated/cutroom/v1/montage.js';
import type { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import type { Size } from '../../composition/output-spec.js';
import { printDuration } from '../print-duration.js';
import { namedDefault } from './fields.js';
import { fillOutputs } from './fill-outputs.js';
import { CONCATS, FITS, frameSizeOf, LONGEST_CLIP, MOTIONS, RESOLUTION, SHAPES } from './parse-montage.js';
import { parseReplaced } from './parse-spec.js';
import { DEFAULT_MUSIC_GAIN_DB, FADE_OUT, materialGainDb } from './parse-audio.js';
import { highlightColor } from './parse-highlight.js';
import { DEFAULT_FRAME_RATE } from './parse-frame-rate.js';
import {
  BOX_SHAPES,
  DEFAULT_FONT_SIZE,
  DEFAULT_HEIGHT_PERCENT,
  DEFAULT_OUTLINE_WIDTH,
  DEFAULT_SAFE_MARGIN,
  POSITIONS,
} from './parse-subtitle-style.js';
import { CLIP_EFFECT_US, CROSS_FADE_US, KINDS } from './parse-transition.js';
import { CORNERS, DEFAULT_WATERMARK } from './parse-watermark.js';
import { canvasOf, fillTimeline } from './timeline/fill-timeline.js';
import { withLiteralTexts, withValues } from './variables.js';

/** A valid spec with the values of its variables in place and every default written out: it means the same. */
export function fillDefaults(spec: RenderSpec): RenderSpec {
  return withLiteralTexts(fillReplaced(withValues(spec)));
}

function fillReplaced(spec: RenderSpec): RenderSpec {
  const { kind, outputs } = spec;
  // Outputs are read again, since their defaults depend on the picture.
  const filled = (picture: Size) => fillOutputs(outputs, parseReplaced(spec).outputs, picture);
  switch (kind?.$case) {
    case 'montage': {
      const montage = fillMontage(kind.value);
      return { ...spec, kind: { $case: 'montage', value: montage }, outputs: filled(frameSizeOf(montage)) };
    }
    case 'timeline': {
      const timeline = fillTimeline(kind.value, fillSubtitles);
      return { ...spec, kind: { $case: 'timeline', value: timeline }, outputs: filled(canvasOf(timeline)) };
    }
    case undefined:
      return spec;
  }
}

function fillMontage(montage: Montage): Montage {
  return {
    ...montage,
    longestClip: montage.longestClip ?? printDuration(LONGEST_CLIP.defaultUs),
    fit: montage.fit || namedDefault(FITS),
    backgroundColor: montage.backgroundColor || '#000000',
    aspectRatio: montage.aspectRatio || namedDefault(SHAPES),
    resolution: montage.resolution || RESOLUTION.default,
    transition: fillTransition(montage.transition),
    music: montage.music ? fillMusic(montage.music) : undefined,
    subtitles: montage.subtitles ? fillSubtitles(montage.subtitles) : undefined,
    clipSpeed: montage.clipSpeed || 1,
    concatMode: montage.concatMode || namedDefault(CONCATS),
    imageMotion: montage.imageMotion || namedDefault(MOTIONS),
    variants: montage.variants || 1,
    frameRate: montage.frameRate || DEFAULT_FRAME_RATE,
    materialSound: montage.materialSound && {
      gainDb: montage.materialSound.gainDb ?? materialGainDb(montage.narration !== undefined),
    },
    watermark: montage.watermark && fillWatermark(montage.watermark),
  };
}

function fillTransition(wire: Transition | undefined): Transition {
  if (wire && wire.name !== '') return { ...wire, duration: wire.duration ?? printDuration(CROSS_FADE_US) };
  const kind = wire?.kind ? wire.kind : namedDefault(KINDS);
  const defaultUs = durationOf(kind);
  return { kind, name: '', duration: wire?.duration ?? (defaultUs === null ? undefined : printDuration(defaultUs)) };
}

/** Null: takes none. */
function durationOf(kind: Transition_Kind): number | null {
  switch (kind) {
    case Transition_Kind.KIND_CROSS_FADE:
      return CROSS_FADE_US;
    case Transition_Kind.KIND_FADE_IN:
    case Transition_Kind.KIND_FADE_OUT:
    case Transition_Kind.KIND_SLIDE_IN:
    case Transition_Kind.KIND_SLIDE_OUT:
    case Transition_Kind.KIND_SHUFFLE:
      return CLIP_EFFECT_US;
    case Transition_Kind.KIND_UNSPECIFIED:
    case Transition_Kind.KIND_CUT:
    case Transition_Kind.KIND_ZOOM_IN:
    case Transition_Kind.KIND_ZOOM_OUT:
    case Transition_Kind.UNRECOGNIZED:
      return null;
  }
}

function fillWatermark(watermark: Watermark): Watermark {
  const { size, margin, opacity } = DEFAULT_WATERMARK;
  return {
    ...watermark,
    corner: watermark.corner || namedDefault(CORNERS),
    size: watermark.size || size,
    margin: watermark.margin ?? margin,
    opacity: watermark.opacity ?? opacity,
  };
}

function fillMusic(music: Music): Music {
  return {
    ...music,
    gainDb: music.gainDb ?? DEFAULT_MUSIC_GAIN_DB,
    fadeOut: music.fadeOut ?? printDuration(FADE_OUT.defaultUs),
  };
}

function fillSubtitles(subtitles: Subtitles): Subtitles {
  const style = subtitles.style ?? SubtitleStyle.create();
  const position = style.position || namedDefault(POSITIONS);
  const isCustom = position === SubtitleStyle_Position.POSITION_CUSTOM;
  const textColor = style.textColor || '#FFFFFF';
  const { highlight } = subtitles;
  return {
    ...subtitles,
    highlight: highlight && {
      ...highlight,
      textColor: highlightColor(highlight, textColor),
      scale: highlight.scale || 1,
    },
    style: {
      ...style,
      fontSize: style.fontSize || DEFAULT_FONT_SIZE,
      textColor,
      outlineColor: style.outlineColor || '#000000',
      outlineWidth: style.outlineWidth ?? DEFAULT_OUTLINE_WIDTH,
      boxShape:
        style.boxColor === ''
          ? SubtitleStyle_BoxShape.BOX_SHAPE_UNSPECIFIED
          : style.boxShape || namedDefault(BOX_SHAPES),
      position,
      heightPercent: isCustom ? (style.heightPercent ?? DEFAULT_HEIGHT_PERCENT) : undefined,
      safeArea: style.safeArea && fillSafeArea(style.safeArea),
    },
  };
}

function fillSafeArea({ top, right, bottom, left }: SafeArea): SafeArea {
  const filled = (percent: number | undefined) => percent ?? DEFAULT_SAFE_MARGIN;
  return { top: filled(top), right: filled(right), bottom: filled(bottom), left: filled(left) };
}
