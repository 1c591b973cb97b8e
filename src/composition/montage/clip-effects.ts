import type { ClipEffect, Side } from '../clip-effect.js';
import type { VisualSource } from '../composition.js';
import { framesOf, timeUsOf, type Rational } from '../frame-grid.js';
import type { ClipEffectKind, Montage } from './montage.js';

const KINDS = ['FADE_IN', 'FADE_OUT', 'SLIDE_IN', 'SLIDE_OUT', 'ZOOM_IN', 'ZOOM_OUT'] as const;
const SIDES: readonly [Side, ...Side[]] = ['LEFT', 'RIGHT', 'TOP', 'BOTTOM'];
/** What a zooming transition grows to. */
const TRANSITION_ZOOM = 1.2;
/** By how much an image grows in a second, and how much at most. */
const IMAGE_ZOOM_PER_SECOND = 0.03;
const MAX_IMAGE_ZOOM = 1.5;

/** The effects on one clip of a montage. Draws from `random` only for a choice by chance, and always in the order of the clips. */
export function effectsOf(
  montage: Montage,
  clip: { readonly source: VisualSource; readonly frames: number },
  { rate, random }: { rate: Rational; random: () => number },
): ClipEffect[] {
  const effects = clip.source === 'image' ? motionOf(montage.imageMotion, clip.frames, rate) : [];
  const { transition } = montage;
  if (transition.kind === 'CLIP_EFFECT') {
    const kind = transition.effect === 'SHUFFLE' ? pick(KINDS, random) : transition.effect;
    const frames = Math.min(clip.frames, Math.max(1, framesOf(transition.durationUs, rate)));
    effects.push(effectOf(kind, { frames, clipFrames: clip.frames }, random));
  }
  return effects;
}

function motionOf(motion: Montage['imageMotion'], clipFrames: number, rate: Rational): ClipEffect[] {
  switch (motion) {
    case 'NONE':
      return [];
    case 'ZOOM_IN': {
      const seconds = timeUsOf(clipFrames, rate) / 1e6;
      return [zoom(1, Math.min(MAX_IMAGE_ZOOM, 1 + IMAGE_ZOOM_PER_SECOND * seconds), clipFrames)];
    }
  }
}

function effectOf(
  kind: Exclude<ClipEffectKind, 'SHUFFLE'>,
  { frames, clipFrames }: { readonly frames: number; readonly clipFrames: number },
  random: () => number,
): ClipEffect {
  switch (kind) {
    case 'FADE_IN':
    case 'FADE_OUT':
      return { kind, frames };
    case 'SLIDE_IN':
    case 'SLIDE_OUT':
      return { kind, frames, side: pick(SIDES, random) };
    case 'ZOOM_IN':
      return zoom(1, TRANSITION_ZOOM, clipFrames);
    case 'ZOOM_OUT':
      return zoom(TRANSITION_ZOOM, 1, clipFrames);
  }
}

/** Evenly from the clip's first frame to its last. */
function zoom(from: number, to: number, clipFrames: number): ClipEffect {
  return {
    kind: 'ZOOM',
    scale: [
      { at: 0, value: from },
      { at: Math.max(1, clipFrames - 1), value: to },
    ],
  };
}

function pick<T>(items: readonly [T, ...T[]], random: () => number): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}
