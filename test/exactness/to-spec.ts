import type { Key, PaintedClip, PaintedTimeline, Rgb } from './painter.js';

/** A timeline as callers write it. */
export function specOf(
  { width, height, rateText, background, tracks }: PaintedTimeline & { readonly rateText: string },
  rate: number,
) {
  return {
    timeline: {
      canvas: { width, height, frameRate: rateText, background: hex(background) },
      tracks: tracks.map((clips) => ({ clips: clips.map((clip) => clipSpec(clip, rate)) })),
    },
  };
}

function clipSpec(clip: PaintedClip, rate: number) {
  const { start, end, box, fit, focus, rotation, flipHorizontal, flipVertical, opacity, blend, fade, keys } = clip;
  return {
    ...(fade > 0 ? { transition: { kind: 'fade', duration: seconds(fade) } } : { start: seconds(start) }),
    duration: seconds(end - start),
    ...assetSpec(clip),
    layout: { box, anchor: 'ANCHOR_CENTER', ...(isFitted(clip) ? { fit: `FIT_${fit}`, focus } : {}) },
    ...{ rotation, flipHorizontal, flipVertical, opacity, blend: `BLEND_MODE_${blend}` },
    keyframes: keys.map((key) => keySpec(key, rate)),
  };
}

/** Surfaces fill their box. */
function isFitted({ source }: PaintedClip): boolean {
  return source.kind === 'image' || source.kind === 'video';
}

function assetSpec({ source }: PaintedClip) {
  switch (source.kind) {
    case 'surface':
      return { color: { color: hex(source.color) } };
    case 'gradient': {
      const stops = [
        { at: 0, color: hex(source.from) },
        { at: 1, color: hex(source.to) },
      ];
      return { gradient: { angle: source.degrees, stops } };
    }
    case 'image':
      return { image: { uri: source.uri } };
    case 'video':
      return {
        video: { uri: source.uri, trimStart: seconds(source.trimStart), speed: source.speed, reverse: source.reverse },
      };
  }
}

function keySpec({ property, frame, value, easing }: Key, rate: number) {
  return { property: `PROPERTY_${property}`, time: seconds(frame / rate), value, easing };
}

/** To the microsecond. */
function seconds(value: number): string {
  return `${value.toFixed(6)}s`;
}

function hex(color: Rgb): string {
  return `#${color.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
