import {
  Animation,
  Animation_Kind,
  AudioAsset,
  Clip,
  ImageAsset,
  ShortSource,
  VideoAsset,
} from '../../../../generated/cutroom/v1/timeline.js';
import type { Frame } from '../canvas.js';
import { within, type Source } from '../reader.js';
import type { LayerLength } from '../sections.js';
import { gainOf, soundOf } from '../sound.js';
import { CLIP_LENGTH, durationOf, FILE_TIME, least, SECOND, secondsToNs, VIDEO_TIME } from '../time.js';
import { pictureOf } from './picture.js';
import { subtitlesOf } from './subtitles.js';
import { textOf } from './text.js';

/** An element as a clip without times. */
export interface Element {
  readonly clip: Clip;
  readonly startNs: bigint;
  readonly length: LayerLength;
  /** After it, before its scene ends. */
  readonly extraNs: bigint;
  readonly isVisual: boolean;
  /** Whether it lasts as long as its scene where that has a length: nobody says how long it is. */
  readonly isFilling: boolean;
}

/** An image or text of which nobody says how long it is. */
const DEFAULT_NS = 5n * SECOND;

/** An element of a scene or movie. Undefined, with a warning, when it has no counterpart. */
export function elementOf(source: Source, frame: Frame): Element | undefined {
  source.ignore('id', 'comment', 'cache');
  const type = source.text('type') ?? '';
  const isPlayed = type === 'video' || type === 'audio';
  // Subtitles have times of their own.
  const said = timesOf(source, isPlayed);
  const timed: Timed = type === 'subtitles' && said.isFilling ? { ...said, length: { kind: 'WHOLE' } } : said;
  const clip = clipOf(type, source, timed, frame);
  if (!clip) return undefined;
  const isVisual = type !== 'audio' && type !== 'subtitles';
  return { ...timed, clip: isVisual ? faded(source, clip, timed.length) : clip, isVisual };
}

type Timed = Pick<Element, 'startNs' | 'length' | 'extraNs' | 'isFilling'>;

/** A duration of -1 is the element's own, -2 that of its container. */
function timesOf(source: Source, isPlayed: boolean): Timed {
  const startNs = source.time('start', VIDEO_TIME) ?? 0n;
  const extraNs = source.time('extra-time', VIDEO_TIME) ?? 0n;
  const said = source.number('duration') ?? -1;
  const loops = isPlayed ? (source.number('loop') ?? 1) : 1;
  if (said === -2 || (said <= 0 && loops < 0)) return { startNs, extraNs, length: { kind: 'WHOLE' }, isFilling: true };
  if (said <= 0)
    return {
      startNs,
      extraNs,
      length: isPlayed ? { kind: 'NATURAL' } : { kind: 'FIXED', ns: DEFAULT_NS },
      isFilling: !isPlayed,
    };
  const seconds = within(said, CLIP_LENGTH, (message) => {
    source.warn('duration', message);
  });
  return { startNs, extraNs, length: { kind: 'FIXED', ns: secondsToNs(seconds) }, isFilling: false };
}

function clipOf(type: string, source: Source, timed: Timed, frame: Frame): Clip | undefined {
  switch (type) {
    case 'image':
      return imageOf(source, frame);
    case 'video':
      return videoOf(source, timed, frame);
    case 'audio':
      return audioOf(source, timed);
    case 'text':
      return textOf(source, frame);
    case 'subtitles':
      return subtitlesOf(source, frame);
    default:
      source.leaveOut(`an element of the type “${type}” has no counterpart; it is left out`);
      return undefined;
  }
}

function srcOf(source: Source): string | undefined {
  const src = source.text('src');
  if (src !== undefined && src !== '') return src;
  source.leaveOut('has no `src`, and media made by a model have no counterpart; it is left out');
  return undefined;
}

function imageOf(source: Source, frame: Frame): Clip | undefined {
  const uri = srcOf(source);
  if (uri === undefined) return undefined;
  return Clip.fromPartial({
    asset: { $case: 'image', value: ImageAsset.fromPartial({ uri }) },
    ...pictureOf(source, frame),
  });
}

function videoOf(source: Source, { length }: Timed, frame: Frame): Clip | undefined {
  const uri = srcOf(source);
  if (uri === undefined) return undefined;
  const { muted, gainDb } = volumeIn(source);
  const isLooped = loopsIn(source);
  const held = length.kind === 'NATURAL' ? ShortSource.SHORT_SOURCE_UNSPECIFIED : ShortSource.SHORT_SOURCE_HOLD;
  const video = VideoAsset.fromPartial({
    uri,
    trimStart: seekIn(source),
    shortSource: isLooped ? ShortSource.SHORT_SOURCE_LOOP : held,
    muted,
    sound: muted ? undefined : soundOf({ gainDb, ...fadesIn(source, length) }),
  });
  return Clip.fromPartial({ asset: { $case: 'video', value: video }, ...pictureOf(source, frame) });
}

function audioOf(source: Source, { length }: Timed): Clip | undefined {
  const uri = srcOf(source);
  if (uri === undefined) return undefined;
  const { muted, gainDb } = volumeIn(source);
  if (muted) {
    source.leaveOut('is silent; it is left out');
    return undefined;
  }
  const audio = AudioAsset.fromPartial({
    uri,
    trimStart: seekIn(source),
    loop: loopsIn(source),
    sound: soundOf({ gainDb, ...fadesIn(source, length) }),
  });
  return Clip.fromPartial({ asset: { $case: 'audio', value: audio } });
}

function seekIn(source: Source): VideoAsset['trimStart'] {
  const ns = source.time('seek', FILE_TIME) ?? 0n;
  return ns === 0n ? undefined : durationOf(ns);
}

/** Whether it begins again for ever. */
function loopsIn(source: Source): boolean {
  const loops = source.number('loop') ?? 1;
  if (loops > 1) source.warn('loop', `is ${loops}; it begins again until its end here`);
  return loops < 0 || loops > 1;
}

function volumeIn(source: Source): { muted: boolean; gainDb: number } {
  const volume = source.number('volume') ?? 1;
  const muted = source.flag('muted') === true || volume <= 0;
  return { muted, gainDb: muted ? 0 : gainOf(volume) };
}

interface Fades {
  readonly fadeInNs: bigint;
  readonly fadeOutNs: bigint;
}

/** `fade-in` and `fade-out`, at most half of the element each. */
function fadesIn(source: Source, length: LayerLength): Fades {
  const most = length.kind === 'FIXED' ? length.ns / 2n : undefined;
  const fade = (key: string) => {
    const ns = source.time(key, VIDEO_TIME) ?? 0n;
    return most === undefined ? ns : least(ns, most);
  };
  return { fadeInNs: fade('fade-in'), fadeOutNs: fade('fade-out') };
}

function faded(source: Source, clip: Clip, length: LayerLength): Clip {
  const { fadeInNs, fadeOutNs } = fadesIn(source, length);
  const fade = (ns: bigint) => Animation.fromPartial({ kind: Animation_Kind.KIND_FADE, duration: durationOf(ns) });
  return {
    ...clip,
    ...(fadeInNs > 0n ? { enter: fade(fadeInNs) } : {}),
    ...(fadeOutNs > 0n ? { exit: fade(fadeOutNs) } : {}),
  };
}
