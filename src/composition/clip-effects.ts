import { framesOf, timeUsOf, type Rational } from './frame-grid.js';
import type { ClipEffectKind, Montage } from './montage.js';

export type Side = 'LEFT' | 'RIGHT' | 'TOP' | 'BOTTOM';

/** What happens to a clip's whole picture, over black, within its own time. */
export type ClipEffect =
  /** Out of black over the clip's first frames; or into black over its last. */
  | { readonly kind: 'FADE_IN' | 'FADE_OUT'; readonly frames: number }
  /** From a side over the clip's first frames; or to it over its last. */
  | { readonly kind: 'SLIDE_IN' | 'SLIDE_OUT'; readonly frames: number; readonly side: Side }
  /** Evenly from one size to another over all of the clip, from its middle; 1 is its own size. */
  | { readonly kind: 'ZOOM'; readonly from: number; readonly to: number };

const KINDS = ['FADE_IN', 'FADE_OUT', 'SLIDE_IN', 'SLIDE_OUT', 'ZOOM_IN', 'ZOOM_OUT'] as const;
const SIDES = ['LEFT', 'RIGHT', 'TOP', 'BOTTOM'] as const;
/** What a zooming transition grows to. */
const TRANSITION_ZOOM = 1.2;
/** By how much an image grows in a second, and how much at most. */
const IMAGE_ZOOM_PER_SECOND = 0.03;
const MAX_IMAGE_ZOOM = 1.5;

/** What happens to one clip of a montage. Draws from `random` only what chance decides, and always in the order of the clips. */
export function effectsOf(
  montage: Montage,
  clip: { readonly source: 'video' | 'image'; readonly frames: number },
  { rate, random }: { rate: Rational; random: () => number },
): ClipEffect[] {
  const effects: ClipEffect[] = [];
  if (montage.imageMotion === 'ZOOM_IN' && clip.source === 'image') {
    const seconds = timeUsOf(clip.frames, rate) / 1e6;
    effects.push({ kind: 'ZOOM', from: 1, to: Math.min(MAX_IMAGE_ZOOM, 1 + IMAGE_ZOOM_PER_SECOND * seconds) });
  }
  const { transition } = montage;
  if (transition.kind === 'CLIP_EFFECT') {
    const kind = transition.effect === 'SHUFFLE' ? pick(KINDS, random) : transition.effect;
    effects.push(effectOf(kind, Math.min(clip.frames, Math.max(1, framesOf(transition.durationUs, rate))), random));
  }
  return effects;
}

function effectOf(kind: Exclude<ClipEffectKind, 'SHUFFLE'>, frames: number, random: () => number): ClipEffect {
  switch (kind) {
    case 'FADE_IN':
    case 'FADE_OUT':
      return { kind, frames };
    case 'SLIDE_IN':
    case 'SLIDE_OUT':
      return { kind, frames, side: pick(SIDES, random) };
    case 'ZOOM_IN':
      return { kind: 'ZOOM', from: 1, to: TRANSITION_ZOOM };
    case 'ZOOM_OUT':
      return { kind: 'ZOOM', from: TRANSITION_ZOOM, to: 1 };
  }
}

function pick<T>(items: readonly [T, ...T[]], random: () => number): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}
