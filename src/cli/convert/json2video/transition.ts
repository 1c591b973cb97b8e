import type { Source } from '../reader.js';
import type { Section } from '../sections.js';
import { VIDEO_TIME } from '../time.js';

/** Kinds of xfade by their styles. */
const STYLES: Readonly<Record<string, string>> = {
  fade: 'fade',
  dissolve: 'dissolve',
  fadeblack: 'fadeblack',
  fadewhite: 'fadewhite',
  circleopen: 'circleopen',
  circleclose: 'circleclose',
  circlecrop: 'circlecrop',
  rectcrop: 'rectcrop',
  pixelize: 'pixelize',
  radial: 'radial',
  hblur: 'hblur',
  distance: 'distance',
  wipeleft: 'wipeleft',
  wiperight: 'wiperight',
  wipeup: 'wipeup',
  wipedown: 'wipedown',
  slideleft: 'slideleft',
  slideright: 'slideright',
  slideup: 'slideup',
  slidedown: 'slidedown',
  smoothleft: 'smoothleft',
  smoothright: 'smoothright',
  smoothup: 'smoothup',
  smoothdown: 'smoothdown',
};

/** The transition that leads to a scene. */
export function transitionIn(scene: Source): Section['transition'] {
  const transition = scene.object('transition');
  if (!transition) return undefined;
  const ns = transition.time('duration', VIDEO_TIME) ?? 1_000_000_000n;
  const style = transition.text('style') ?? 'fade';
  const kind = Object.hasOwn(STYLES, style) ? STYLES[style] : undefined;
  if (kind === undefined) transition.warn('style', `“${style}” has no counterpart; it is a fade here`);
  return ns === 0n ? undefined : { kind: kind ?? 'fade', ns };
}
