import type { EffectKind, EffectOf } from '../../../composition/clip-effect.js';
import type { ShownClip } from '../section.js';
import type { Stage } from '../stage.js';
import type { EffectClip, EffectDefinition } from './effect-definition.js';
import { fadeIn, fadeOut } from './fade.js';
import { slideIn, slideOut } from './slide.js';
import { zoom } from './zoom.js';

const notYet = {
  filters: [],
  render(): string[] {
    throw new RangeError('this effect is not there yet');
  },
};

/** Every kind of effect: a new one is a file beside this and a row here. */
export const EFFECTS: { readonly [K in EffectKind]: EffectDefinition<K> } = {
  FADE_IN: fadeIn,
  FADE_OUT: fadeOut,
  SLIDE_IN: slideIn,
  SLIDE_OUT: slideOut,
  ZOOM: zoom,
  VIEW: notYet,
  BLUR: notYet,
  COLOR: notYet,
  LUT: notYet,
  CHROMA_KEY: notYet,
};

/** A clip's effects as filters in a row. */
export function effectFilters(
  { clip: { effects, frames }, fromFrame }: ShownClip,
  { canvas, rate }: Pick<Stage, 'canvas' | 'rate'>,
): string[] {
  return effects.flatMap((effect) => render(effect, { frames, fromFrame, frameSize: canvas, frameRate: rate }));
}

function render<K extends EffectKind>(effect: EffectOf<K>, clip: EffectClip): string[] {
  return EFFECTS[effect.kind].render(effect, clip);
}
