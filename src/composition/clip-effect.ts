import type { Animated } from './animated.js';

export type Side = 'LEFT' | 'RIGHT' | 'TOP' | 'BOTTOM';

/** The settings of each kind of effect. */
interface EffectSettings {
  /** Out of black over the clip's first frames. */
  readonly FADE_IN: { readonly frames: number };
  /** Into black over its last. */
  readonly FADE_OUT: { readonly frames: number };
  /** From a side over the clip's first frames, over black. */
  readonly SLIDE_IN: { readonly frames: number; readonly side: Side };
  /** To it over its last. */
  readonly SLIDE_OUT: { readonly frames: number; readonly side: Side };
  /** From the middle of the frame; 1 is the clip's own size, and the least. Times are frames. */
  readonly ZOOM: { readonly scale: Animated };
}

export type EffectKind = keyof EffectSettings;

/** One effect of a kind. */
export type EffectOf<K extends EffectKind> = { readonly kind: K } & EffectSettings[K];

/** A change of all of a clip, within its own time. */
export type ClipEffect = { [K in EffectKind]: EffectOf<K> }[EffectKind];
