import type { Animated } from './animated.js';
import type { AssetRef } from './asset.js';
import type { Color } from './color.js';

export type Side = 'LEFT' | 'RIGHT' | 'TOP' | 'BOTTOM';

export interface ColorAdjustment {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  readonly gamma: number;
  /** Degrees. */
  readonly hue: number;
  /** Kelvins. */
  readonly temperature: number;
}

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
  /** Around a point of the frame, in shares of its sides (absent: the middle); 1 is the clip's own size, and the least. Times are frames. */
  readonly ZOOM: { readonly scale: Animated; readonly focus?: { readonly x: number; readonly y: number } };
  /** A view of a part of the box that is 1 / `scale` of it, with its middle at `x` and `y`, shares of the box. Times are frames. */
  readonly VIEW: { readonly scale: number; readonly x: Animated; readonly y: Animated };
  /** Gaussian; the standard deviation in pixels of the output. Times are frames. */
  readonly BLUR: { readonly sigma: Animated };
  /** In this order; each value as `ColorAdjustment` of the proto has it. */
  readonly COLOR: ColorAdjustment;
  /** A 3D LUT in a `.cube` file. */
  readonly LUT: { readonly asset: AssetRef };
  /** Makes a colour transparent. Shares of the distance between colours. */
  readonly CHROMA_KEY: {
    readonly color: Color;
    readonly similarity: number;
    readonly blend: number;
    readonly despill: boolean;
  };
}

export type EffectKind = keyof EffectSettings;

/** One effect of a kind. */
export type EffectOf<K extends EffectKind> = { readonly kind: K } & EffectSettings[K];

/** A change of all of a clip, within its own time. */
export type ClipEffect = { [K in EffectKind]: EffectOf<K> }[EffectKind];

/** Whether effects make parts of an opaque clip transparent. */
export function makesHoles(effects: readonly ClipEffect[]): boolean {
  return effects.some(({ kind }) => kind === 'CHROMA_KEY');
}
