import { type EffectKind, type EffectOf, makesHoles } from '../../../composition/clip-effect.js';
import type { Fit, VisualClip } from '../../../composition/composition.js';
import type { ShownClip } from '../section.js';
import { clipFormat, comesWithAlpha, type Stage } from '../stage.js';
import { blur } from './blur.js';
import { chromaKey } from './chroma-key.js';
import { color } from './color.js';
import type { EffectClip, EffectDefinition } from './effect-definition.js';
import { fadeIn, fadeOut } from './fade.js';
import { lut } from './lut.js';
import { slideIn, slideOut } from './slide.js';
import { view } from './view.js';
import { zoom } from './zoom.js';

/** Every kind of effect: a new one is a file beside this and a row here. */
export const EFFECTS: { readonly [K in EffectKind]: EffectDefinition<K> } = {
  FADE_IN: fadeIn,
  FADE_OUT: fadeOut,
  SLIDE_IN: slideIn,
  SLIDE_OUT: slideOut,
  ZOOM: zoom,
  VIEW: view,
  BLUR: blur,
  COLOR: color,
  LUT: lut,
  CHROMA_KEY: chromaKey,
};

/** Fits that leave nothing of the box free. */
const FILLING: ReadonlySet<Fit> = new Set(['COVER', 'FILL', 'CONTAIN_BLUR']);

/** A clip's effects as filters in a row. */
export function effectFilters({ clip, fromFrame, startFrame }: ShownClip, stage: Stage): string[] {
  const { canvas, rate, name, files, lut: table } = stage;
  const common = { frames: clip.frames, fromFrame, frameSize: canvas, frameRate: rate, files, lut: table };
  const format = clipFormat(clip, stage);
  let hasHoles = arrivesWithHoles(clip, stage);
  return clip.effects.flatMap((effect, i) => {
    // Clips of a layer start one after another.
    const filters = render(effect, { ...common, format, hasHoles, name: `${name}e${startFrame}_${i}` });
    hasHoles ||= makesHoles([effect]);
    return filters;
  });
}

function arrivesWithHoles(clip: VisualClip, stage: Stage): boolean {
  if (stage.ground === 'background') return false;
  return comesWithAlpha(clip, stage) || !FILLING.has(clip.fit);
}

function render<K extends EffectKind>(effect: EffectOf<K>, clip: EffectClip): string[] {
  return EFFECTS[effect.kind].render(effect, clip);
}
