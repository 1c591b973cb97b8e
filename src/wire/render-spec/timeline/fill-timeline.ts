import { DEFAULT_LENGTH_US } from '../../../composition/timeline/clip-times.js';
import type { Subtitles } from '../../../../generated/cutroom/v1/montage.js';
import {
  type AudioAsset,
  type Clip,
  type Duck,
  type Keyframe,
  type NestedTimeline,
  type SoundSettings,
  SoundSettings as Sound,
  type Timeline,
  type Track,
  type VideoAsset,
} from '../../../../generated/cutroom/v1/timeline.js';
import type { Duration } from '../../../../generated/google/protobuf/duration.js';
import { printDuration } from '../../print-duration.js';
import { namedDefault } from '../fields.js';
import { fillLook, fillText, fillGradient } from './fill-look.js';
import { frameRateOf } from '../parse-frame-rate.js';
import { type Frame, spanOf } from './frame.js';
import { CANVAS } from './parse-canvas.js';
import { MATTES } from './parse-clip.js';
import { CHANNELS, FADE_CURVES, SHORT_SOURCES } from './parse-files.js';
import { DUCK, LOUDNESS } from './parse-timeline.js';

/** A valid timeline with every default written out: it means the same. @param fillSubtitles the same for subtitles. */
export function fillTimeline(wire: Timeline, fillSubtitles: (subtitles: Subtitles) => Subtitles): Timeline {
  const canvas = canvasOf(wire);
  return {
    ...wire,
    canvas,
    tracks: fillTracks(wire.tracks, { canvas, span: spanOf(frameRateOf(canvas.frameRate)), fillSubtitles }),
    loudness: wire.loudness && {
      integratedLufs: wire.loudness.integratedLufs ?? LOUDNESS.integratedLufs,
      truePeakDbtp: wire.loudness.truePeakDbtp ?? LOUDNESS.truePeakDbtp,
    },
  };
}

interface FillContext {
  readonly canvas: Pick<NestedTimeline, 'width' | 'height'>;
  readonly span: Frame['span'];
  readonly fillSubtitles: (subtitles: Subtitles) => Subtitles;
}

function fillTracks(tracks: readonly Track[], context: FillContext): Track[] {
  return tracks.map((track) => ({
    ...track,
    duck: track.duck && fillDuck(track.duck),
    keyframes: track.keyframes.map(fillKeyframe),
    clips: track.clips.map((clip) => fillClip(clip, context)),
  }));
}

function fillNested(wire: NestedTimeline, context: FillContext): NestedTimeline {
  const size = { width: wire.width || context.canvas.width, height: wire.height || context.canvas.height };
  const tracks = fillTracks(wire.tracks, { ...context, canvas: size });
  return { ...wire, ...size, tracks, trimStart: wire.trimStart ?? printDuration(0) };
}

/** The canvas of a valid timeline. */
export function canvasOf({ canvas }: Timeline): NonNullable<Timeline['canvas']> {
  return {
    width: canvas?.width || CANVAS.width,
    height: canvas?.height || CANVAS.height,
    frameRate: canvas?.frameRate || CANVAS.frameRate,
    background: canvas?.background || CANVAS.background,
  };
}

function fillDuck(wire: Duck): Duck {
  return {
    under: wire.under,
    amountDb: wire.amountDb || DUCK.amountDb,
    attack: wire.attack ?? printDuration(DUCK.attackUs),
    release: wire.release ?? printDuration(DUCK.releaseUs),
  };
}

function fillClip(clip: Clip, context: FillContext): Clip {
  const isRelative = clip.begin?.$case === 'startWith' || clip.begin?.$case === 'startAfter';
  const hasLength = clip.asset !== undefined && WITH_LENGTH.has(clip.asset.$case);
  const hasLook = clip.asset?.$case !== 'audio' && clip.asset?.$case !== 'subtitles';
  return {
    ...clip,
    ...(hasLook ? fillLook(clip, context.span) : {}),
    offset: isRelative ? (clip.offset ?? printDuration(0)) : undefined,
    length: clip.length ?? (hasLength ? undefined : { $case: 'duration', value: printDuration(DEFAULT_LENGTH_US) }),
    asset: fillAsset(clip.asset, context),
    keyframes: clip.keyframes.map(fillKeyframe),
    matte: clip.matte && {
      ...clip.matte,
      timeline: clip.matte.timeline && fillNested(clip.matte.timeline, context),
      kind: clip.matte.kind || namedDefault(MATTES),
    },
  };
}

/** Assets that have a length of their own. */
const WITH_LENGTH: ReadonlySet<NonNullable<Clip['asset']>['$case']> = new Set(['video', 'audio', 'timeline']);

function fillAsset(asset: Clip['asset'], context: FillContext): Clip['asset'] {
  switch (asset?.$case) {
    case 'video':
      return { $case: 'video', value: fillVideo(asset.value) };
    case 'audio':
      return { $case: 'audio', value: fillAudio(asset.value) };
    case 'text':
      return { $case: 'text', value: fillText(asset.value, context.span) };
    case 'gradient':
      return { $case: 'gradient', value: fillGradient(asset.value) };
    case 'subtitles':
      return { $case: 'subtitles', value: context.fillSubtitles(asset.value) };
    case 'timeline':
      return { $case: 'timeline', value: fillNested(asset.value, context) };
    case 'image':
    case 'color':
    case undefined:
      return asset;
  }
}

function fillVideo(video: VideoAsset): VideoAsset {
  if (video.freeze) return { ...video, trimStart: video.trimStart ?? printDuration(0) };
  return {
    ...video,
    trimStart: video.trimStart ?? printDuration(0),
    speed: video.speed || 1,
    shortSource: video.shortSource || namedDefault(SHORT_SOURCES),
    sound: video.muted ? undefined : fillSound(video.sound),
  };
}

function fillAudio(audio: AudioAsset): AudioAsset {
  return {
    ...audio,
    trimStart: audio.trimStart ?? printDuration(0),
    speed: audio.speed || 1,
    sound: fillSound(audio.sound),
  };
}

function fillSound(sound: SoundSettings = Sound.create()): SoundSettings {
  const orNone = (fade: Duration | undefined) => fade ?? printDuration(0);
  return {
    ...sound,
    fadeIn: orNone(sound.fadeIn),
    fadeOut: orNone(sound.fadeOut),
    channels: sound.channels || namedDefault(CHANNELS),
    fadeInCurve: sound.fadeInCurve || namedDefault(FADE_CURVES),
    fadeOutCurve: sound.fadeOutCurve || namedDefault(FADE_CURVES),
  };
}

function fillKeyframe(key: Keyframe): Keyframe {
  return { ...key, time: key.time ?? printDuration(0), easing: key.easing || 'linear' };
}
