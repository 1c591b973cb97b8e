import type { TimelineCase } from './cases.js';
import type { Appearance, HeardClip, Key, PaintedClip, Rgb, Source } from './shapes.js';

/** The file name of the text's font. */
export const FONT = 'Square.ttf';

/** A timeline as callers write it: the picture coded so that the compositor is compared and not the encoder, and the sound. */
export function specOf({ width, height, rate, rateText, background, tracks, sounds }: TimelineCase) {
  const canvas = { width, height, frameRate: rateText, background: background ? `#${hex(background)}` : 'transparent' };
  const heard = sounds.map((clip) => ({ clips: [soundSpec(clip)] }));
  const picture = background ? { key: 'a.mp4', mp4: {}, quality: 'QUALITY_LOSSLESS' } : { key: 'a.mov', mov: {} };
  const outputs = [picture, { key: 'a.wav', audio: { format: 'FORMAT_WAV' } }];
  return { timeline: { canvas, tracks: [...tracksSpec(tracks, rate), ...heard] }, outputs };
}

function tracksSpec(tracks: readonly (readonly PaintedClip[])[], rate: number): object[] {
  return tracks.map((clips) => ({ clips: clips.map((clip) => clipSpec(clip, rate)) }));
}

function clipSpec(clip: PaintedClip, rate: number): object {
  const {
    start,
    end,
    box,
    fit,
    focus,
    rotation,
    flipHorizontal,
    flipVertical,
    opacity,
    blend,
    transition,
    keys,
    matte,
  } = clip;
  return {
    ...(transition
      ? { transition: { kind: transition.kind, duration: seconds(transition.seconds) } }
      : { start: seconds(start) }),
    ...(clip.enter ? { enter: appearanceSpec(clip.enter) } : {}),
    ...(clip.motion ? { motion: { ...clip.motion, kind: `KIND_${clip.motion.kind}` } } : {}),
    ...(clip.border ? { border: { width: clip.border.width, color: `#${hex(clip.border.color)}` } } : {}),
    ...(clip.exit ? { exit: appearanceSpec(clip.exit) } : {}),
    duration: seconds(end - start),
    ...assetSpec(clip.source, rate),
    layout: { box, anchor: 'ANCHOR_CENTER', ...(isFitted(clip) ? { fit: `FIT_${fit}`, focus } : {}) },
    ...{ rotation, flipHorizontal, flipVertical, opacity, blend: `BLEND_MODE_${blend}` },
    cornerRadius: clip.cornerRadius,
    ...(matte
      ? { matte: { ...assetSpec(matte.picture, rate), kind: `KIND_${matte.by}`, inverted: matte.inverted } }
      : {}),
    keyframes: keys.map((key) => keySpec(key, rate)),
  };
}

function appearanceSpec({ kind, seconds: duration, easing }: Appearance): object {
  return { kind: `KIND_${kind}`, duration: seconds(duration), ...(easing ? { easing } : {}) };
}

/** Others fill their box. */
function isFitted({ source }: PaintedClip): boolean {
  return source.kind === 'image' || source.kind === 'video' || source.kind === 'nested';
}

function assetSpec(source: Source, rate: number): object {
  switch (source.kind) {
    case 'surface':
      return { color: { color: `#${hex(source.color)}${hex([source.alpha * 255])}` } };
    case 'gradient': {
      const stops = [
        { at: 0, color: `#${hex(source.from)}` },
        { at: 1, color: `#${hex(source.to)}` },
      ];
      return { gradient: { angle: source.degrees, stops } };
    }
    case 'image':
      return { image: { uri: source.uri } };
    case 'video': {
      const { uri, trimStart, speed, reverse, isMuted, channels, gainDb } = source;
      const sound = isMuted ? { muted: true } : { sound: { channels: `CHANNELS_${channels}`, gainDb } };
      return { video: { uri, trimStart: seconds(trimStart), speed, reverse, ...sound } };
    }
    case 'text': {
      const { lines, fontSize, lineHeight, letterSpacing, color, background, padding } = source;
      const sizes = { fontSize, lineHeight, letterSpacing };
      const places = { align: `ALIGN_${source.align}`, verticalAlign: `VERTICAL_ALIGN_${source.verticalAlign}` };
      const colors = { color: `#${hex(color)}`, background: { color: `#${hex(background)}`, padding } };
      return { text: { text: lines.join('\n'), font: FONT, ...sizes, ...places, ...colors } };
    }
    case 'nested': {
      const { size, tracks, trimFrames } = source;
      return { timeline: { ...size, tracks: tracksSpec(tracks, rate), trimStart: seconds(trimFrames / rate) } };
    }
  }
}

function soundSpec({
  file,
  start,
  end,
  trimStart,
  gainDb,
  channels,
  fadeIn,
  fadeOut,
  loop,
  reverse,
}: HeardClip): object {
  const sound = { gainDb, channels: `CHANNELS_${channels}`, fadeIn: seconds(fadeIn), fadeOut: seconds(fadeOut) };
  return {
    ...{ start: seconds(start), duration: seconds(end - start) },
    audio: { uri: file.uri, trimStart: seconds(trimStart), loop, reverse, sound },
  };
}

function keySpec({ property, frame, value, easing }: Key, rate: number): object {
  return { property: `PROPERTY_${property}`, time: seconds(frame / rate), value, easing };
}

/** To the microsecond. */
function seconds(value: number): string {
  return `${value.toFixed(6)}s`;
}

function hex(values: Rgb | readonly [number]): string {
  return values.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('');
}
