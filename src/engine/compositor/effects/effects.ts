import type { ClipEffect, EffectKind, EffectOf } from '../../../composition/clip-effect.js';
import type { EffectDefinition, FrameSize } from './effect-definition.js';
import { fadeIn, fadeOut } from './fade.js';
import { slideIn, slideOut } from './slide.js';
import { zoom } from './zoom.js';

/** Every kind of effect: a new one is a file beside this and a row here. */
export const EFFECTS: { readonly [K in EffectKind]: EffectDefinition<K> } = {
  FADE_IN: fadeIn,
  FADE_OUT: fadeOut,
  SLIDE_IN: slideIn,
  SLIDE_OUT: slideOut,
  ZOOM: zoom,
};

/** A clip's effects as filters in a row. */
export function effectFilters(
  { effects, frames }: { readonly effects: readonly ClipEffect[]; readonly frames: number },
  frame: FrameSize,
): string[] {
  return effects.flatMap((effect) => render(effect, { frames }, frame));
}

function render<K extends EffectKind>(
  effect: EffectOf<K>,
  clip: { readonly frames: number },
  frame: FrameSize,
): string[] {
  return EFFECTS[effect.kind].render(effect, clip, frame);
}
