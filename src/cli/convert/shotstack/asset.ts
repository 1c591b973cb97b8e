import {
  AudioAsset,
  type Box,
  ChromaKey,
  Clip,
  ImageAsset,
  Keyframe_Property,
  ShortSource,
  type SoundSettings,
  VideoAsset,
} from '../../../../generated/cutroom/v1/timeline.js';
import { rounded } from '../canvas.js';
import { opaqueColorIn } from '../color.js';
import type { Source } from '../reader.js';
import { gainOf, QUIETEST_DB, soundOf } from '../sound.js';
import { durationOf, FILE_TIME, least } from '../time.js';
import { captionOf } from './caption.js';
import type { Asset } from './converted-asset.js';
import type { ClipContext } from './context.js';
import { shapeOf } from './shape.js';
import { textOf, titleOf } from './text.js';
import type { Timed } from './times.js';
import { tweened } from './tween.js';
import { VOLUME_EFFECTS, VOLUME_FADE_NS } from './volume.js';

/** Limits of a speed. */
const SPEED = { min: 0.25, max: 4 };

/** What has no counterpart, by type. */
const MISSING: Readonly<Record<string, string>> = {
  html: 'HTML',
  luma: 'a luma matte',
  svg: 'SVG',
  'text-to-speech': 'speech made of text',
  'text-to-image': 'an image made of text',
  'image-to-video': 'a video made of an image',
};

/** The asset of a clip. Undefined, with a warning, when it has no counterpart. */
export function assetOf(asset: Source, timed: Timed, context: ClipContext): Asset | undefined {
  const type = asset.text('type') ?? '';
  switch (type) {
    case 'video':
      return videoOf(asset, timed, context);
    case 'image':
      return imageOf(asset);
    case 'audio':
      return audioOf(asset, timed, context);
    case 'title':
      return titleOf(asset);
    case 'text':
    case 'rich-text':
      return textOf(asset, context);
    case 'caption':
    case 'rich-caption':
      return captionOf(asset, context);
    case 'shape':
      return shapeOf(asset, context);
    default: {
      const name = MISSING[type] ?? `an asset of the type “${type}”`;
      asset.leaveOut(`${name} has no counterpart; the clip is left out`);
      return undefined;
    }
  }
}

/** The address of a file. Undefined, with a warning, without one. */
function srcOf(asset: Source): string | undefined {
  const src = asset.text('src');
  if (src !== undefined && src !== '') return src;
  asset.leaveOut('has no `src`; the clip is left out');
  return undefined;
}

function videoOf(asset: Source, timed: Timed, context: ClipContext): Asset | undefined {
  const uri = srcOf(asset);
  if (uri === undefined) return undefined;
  // How the service prepares the file.
  asset.ignore('transcode');
  const { sound, keyframes, muted } = soundIn(asset, 'volumeEffect', timed, context);
  const trimStart = trimOf(asset);
  const isLonger = timed.length.kind !== 'NATURAL';
  const video = VideoAsset.fromPartial({
    uri,
    trimStart,
    speed: asset.number('speed', SPEED) ?? 0,
    // A clip may be longer than what is left of its file.
    shortSource: isLonger ? ShortSource.SHORT_SOURCE_HOLD : ShortSource.SHORT_SOURCE_UNSPECIFIED,
    muted,
    sound: muted ? undefined : sound,
  });
  const clip = Clip.fromPartial({
    asset: { $case: 'video', value: video },
    chromaKey: chromaKeyOf(asset),
    keyframes: muted ? [] : keyframes,
  });
  return { kind: 'MEDIA', clip, crop: cropOf(asset) };
}

function imageOf(asset: Source): Asset | undefined {
  const uri = srcOf(asset);
  if (uri === undefined) return undefined;
  const clip = Clip.fromPartial({ asset: { $case: 'image', value: ImageAsset.fromPartial({ uri }) } });
  return { kind: 'MEDIA', clip, crop: cropOf(asset) };
}

function audioOf(asset: Source, timed: Timed, context: ClipContext): Asset | undefined {
  const uri = srcOf(asset);
  if (uri === undefined) return undefined;
  const { sound, keyframes, muted } = soundIn(asset, 'effect', timed, context);
  if (muted) asset.warn('volume', `is 0, and ${QUIETEST_DB} dB here`);
  const audio = AudioAsset.fromPartial({
    uri,
    trimStart: trimOf(asset),
    speed: asset.number('speed', SPEED) ?? 0,
    sound: muted ? soundOf({ gainDb: QUIETEST_DB }) : sound,
  });
  const clip = Clip.fromPartial({ asset: { $case: 'audio', value: audio }, keyframes: muted ? [] : keyframes });
  return { kind: 'AUDIO', clip };
}

function trimOf(asset: Source): VideoAsset['trimStart'] {
  const ns = asset.time('trim', FILE_TIME) ?? 0n;
  return ns === 0n ? undefined : durationOf(ns);
}

interface Sound {
  readonly sound: SoundSettings | undefined;
  readonly keyframes: Clip['keyframes'];
  readonly muted: boolean;
}

function soundIn(asset: Source, effectKey: string, timed: Timed, { frame }: ClipContext): Sound {
  const gain = tweened(asset, 'volume', {
    property: Keyframe_Property.PROPERTY_GAIN_DB,
    rate: frame.rate,
    to: (volume) => (volume <= 0 ? -Infinity : gainOf(volume)),
  });
  const fades = asset.word(effectKey, VOLUME_EFFECTS);
  const fadeNs = timed.lengthNs === undefined ? VOLUME_FADE_NS : least(VOLUME_FADE_NS, timed.lengthNs / 2n);
  const sound = soundOf({
    gainDb: gain.value === undefined || gain.value === -Infinity ? 0 : gain.value,
    fadeInNs: fades?.in === true ? fadeNs : undefined,
    fadeOutNs: fades?.out === true ? fadeNs : undefined,
  });
  const keyframes = gain.keyframes.map((one) => ({ ...one, value: Math.max(QUIETEST_DB, one.value) }));
  return { sound, keyframes, muted: gain.value === -Infinity };
}

const SHARE = { min: 0, max: 1 };

function cropOf(asset: Source): Box | undefined {
  const crop = asset.object('crop');
  if (!crop) return undefined;
  const [top, bottom] = [crop.number('top', SHARE) ?? 0, crop.number('bottom', SHARE) ?? 0];
  const [left, right] = [crop.number('left', SHARE) ?? 0, crop.number('right', SHARE) ?? 0];
  if (top + bottom >= 1 || left + right >= 1) {
    crop.leaveOut('leaves nothing of the asset; it is left out');
    return undefined;
  }
  if (top + bottom + left + right === 0) return undefined;
  const percent = (share: number) => rounded(share * 100);
  return { x: percent(left), y: percent(top), width: percent(1 - left - right), height: percent(1 - top - bottom) };
}

/** Their distances go to 250, ours to 1. */
function chromaKeyOf(asset: Source): ChromaKey | undefined {
  const key = asset.object('chromaKey');
  const color = key && opaqueColorIn(key, 'color');
  if (!key || color === undefined) return undefined;
  const distance = (value: number | undefined, least: number) =>
    value === undefined ? undefined : Math.min(1, Math.max(least, rounded(value / 250)));
  return ChromaKey.fromPartial({
    color,
    similarity: distance(key.number('threshold'), 0.01) ?? 0,
    blend: distance(key.number('halo'), 0),
  });
}
