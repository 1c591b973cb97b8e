import type {
  ClipBegin,
  ClipContent,
  ClipLength,
  NestedSource,
  TimelineClip,
  TimelineMatte,
} from '../../../composition/timeline/timeline.js';
import { type Clip, type Matte, Matte_Kind, type NestedTimeline } from '../../../../generated/cutroom/v1/timeline.js';
import { at, type EnumTable, parseColor, parseDurationUs, parseEnum, parseUri, type Place, refuse } from '../fields.js';
import { parseSubtitles } from '../parse-subtitles.js';
import { type Frame, MAX_TIME_US } from './frame.js';
import type { Ids } from './ids.js';
import { parseAnimation, parseClipTransition } from './parse-animation.js';
import { parseAudio, parseVideo } from './parse-files.js';
import { parseGradient } from './parse-drawn.js';
import { parseKeyframes, type Senses } from './parse-keyframes.js';
import { parseLook } from './parse-look.js';
import { parseTextAsset } from './parse-text.js';
import { refuseLook, refuseNeighbours } from './refusals.js';

export const START = { minUs: 0, maxUs: MAX_TIME_US };
export const OFFSET = { minUs: -MAX_TIME_US, maxUs: MAX_TIME_US };

/** What stands around a clip. */
export interface ClipContext {
  readonly frame: Frame;
  readonly ids: Ids;
  /** Its place among all clips. */
  readonly index: number;
  /** On its track. */
  readonly before: Clip | undefined;
  readonly next: Clip | undefined;
  readonly parseNested: (wire: NestedTimeline, place: Place) => NestedSource;
}

/** Reads a clip; null: its asset is not there. */
export function parseClip(wire: Clip, place: Place, context: ClipContext): TimelineClip {
  const { ids, index, before, next } = context;
  const clip = {
    field: place.field,
    id: ids.own(wire.id, place, index),
    begin: parseBegin(wire, place, context),
    length: parseLength(wire, place, context),
    content: parseContent(wire, place, context),
  };
  refuseNeighbours(wire, place, { before, next });
  return clip;
}

function parseBegin({ begin, offset }: Clip, place: Place, { ids }: ClipContext): ClipBegin {
  const here = at(place, 'offset');
  const offsetUs = offset ? parseDurationUs(offset, here, OFFSET) : 0;
  switch (begin?.$case) {
    case 'startWith':
    case 'startAfter': {
      const isWith = begin.$case === 'startWith';
      const clip = ids.find(begin.value, at(place, isWith ? 'start_with' : 'start_after'));
      if (clip === null || offsetUs === null) return { kind: 'UNKNOWN' };
      return { kind: isWith ? 'WITH' : 'AFTER', clip, offsetUs };
    }
    case 'start': {
      if (offset) refuse(here, 'must not be set without start_with or start_after');
      const us = parseDurationUs(begin.value, at(place, 'start'), START);
      return us === null ? { kind: 'UNKNOWN' } : { kind: 'AT', us };
    }
    case undefined:
      if (offset) refuse(here, 'must not be set without start_with or start_after');
      return { kind: 'AFTER_PREVIOUS' };
  }
}

function parseLength({ length }: Clip, place: Place, { ids, frame, next }: ClipContext): ClipLength {
  switch (length?.$case) {
    case 'duration': {
      const us = parseDurationUs(length.value, at(place, 'duration'), frame.span);
      return us === null ? { kind: 'UNKNOWN' } : { kind: 'DURATION', us };
    }
    case 'toEnd': {
      const here = at(place, 'to_end');
      if (!length.value) refuse(here, 'must be true where it is set');
      else if (next) refuse(here, 'must not be set: only the last clip of a track can last to the end of the video');
      return length.value && !next ? { kind: 'TO_END' } : { kind: 'UNKNOWN' };
    }
    case 'sameAs': {
      const clip = ids.find(length.value, at(place, 'same_as'));
      return clip === null ? { kind: 'UNKNOWN' } : { kind: 'SAME_AS', clip };
    }
    case undefined:
      return { kind: 'NATURAL' };
  }
}

function parseContent(wire: Clip, place: Place, { frame, parseNested }: ClipContext): ClipContent {
  const { asset } = wire;
  if (!asset) {
    refuse(place, 'must have one of: video, image, audio, text, color, gradient, subtitles, timeline');
    return { kind: 'SUBTITLES', subtitles: NOTHING };
  }
  const { $case: kind } = asset;
  const senses: Senses = {
    noun: 'clip',
    seen: kind !== 'audio',
    heard: kind === 'audio' || (kind === 'video' && !asset.value.muted && !asset.value.freeze),
  };
  if (kind === 'audio' || kind === 'subtitles') refuseLook(wire, place, kind);
  if (kind === 'subtitles') {
    const { width, height } = frame.canvas;
    const shortSide = Math.min(width, height);
    return { kind: 'SUBTITLES', subtitles: parseSubtitles(asset.value, at(place, 'subtitles'), { shortSide }) };
  }
  const keyframes = parseKeyframes(wire.keyframes, place, frame, senses);
  if (kind === 'audio') return parseAudio(asset.value, at(place, 'audio'), keyframes);
  const here = at(place, kind);
  const source = ((): Extract<ClipContent, { kind: 'VISUAL' }>['source'] => {
    switch (asset.$case) {
      case 'video':
        if (asset.value.freeze && wire.length === undefined)
          refuse(at(place, 'duration'), 'is required for a video with freeze, unless to_end or same_as is set');
        return parseVideo(asset.value, here, keyframes);
      case 'image':
        return { kind: 'IMAGE', asset: parseUri(asset.value.uri, at(here, 'uri')) };
      case 'text':
        return { kind: 'TEXT', ...parseTextAsset(asset.value, here, frame) };
      case 'color':
        return { kind: 'COLOR', color: parseColor(asset.value.color, at(here, 'color'), 'allowed') };
      case 'gradient':
        return parseGradient(asset.value, here);
      case 'timeline':
        return parseNested(asset.value, here);
    }
  })();
  const isFitted = kind === 'video' || kind === 'image' || kind === 'timeline';
  return {
    kind: 'VISUAL',
    source,
    look: parseLook(wire, place, frame, keyframes, isFitted ? 'FITTED' : 'DRAWN'),
    enter: wire.enter ? parseAnimation(wire.enter, at(place, 'enter'), frame, 'ENTER') : null,
    exit: wire.exit ? parseAnimation(wire.exit, at(place, 'exit'), frame, 'EXIT') : null,
    matte: wire.matte ? parseMatte(wire.matte, at(place, 'matte'), parseNested) : null,
    transition: wire.transition ? parseClipTransition(wire.transition, at(place, 'transition'), frame) : null,
  };
}

export const MATTES: EnumTable<Matte_Kind, TimelineMatte['kind']> = {
  [Matte_Kind.KIND_UNSPECIFIED]: 'LUMA',
  [Matte_Kind.KIND_LUMA]: 'LUMA',
  [Matte_Kind.KIND_ALPHA]: 'ALPHA',
};

function parseMatte(wire: Matte, place: Place, parseNested: ClipContext['parseNested']): TimelineMatte | null {
  const kind = parseEnum(wire.kind, at(place, 'kind'), MATTES);
  const here = at(place, 'timeline');
  if (wire.timeline) return { source: parseNested(wire.timeline, here), kind, inverted: wire.inverted };
  refuse(here, 'is required');
  return null;
}

/** Stands in for an asset that is missing. */
const NOTHING: Extract<ClipContent, { kind: 'SUBTITLES' }>['subtitles'] = {
  field: '',
  source: { kind: 'cues', cues: [] },
  style: {
    font: null,
    fontSize: 1,
    textColor: { r: 0, g: 0, b: 0, a: 0 },
    outlineColor: { r: 0, g: 0, b: 0, a: 0 },
    outlineWidth: 0,
    boxColor: null,
    boxShape: 'TEXT',
    bold: false,
    position: 'BOTTOM',
  },
};
