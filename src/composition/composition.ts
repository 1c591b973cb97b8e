import type { Animated } from './animated.js';
import type { AssetRef } from './asset.js';
import type { CaptionStyle, Cue } from './captions.js';
import type { ClipEffect } from './clip-effect.js';
import type { Color } from './color.js';
import type { Rational } from './frame-grid.js';
import type { Crop, Size } from './output-spec.js';

/** Samples per second of every soundtrack. */
export const SAMPLE_RATE = 48_000;

/**
 * A video, fully decided: every time is a frame of the output's grid or a sample of its soundtrack.
 * `check-composition.ts` says which ones can be rendered.
 */
export interface Composition {
  /** Both even. */
  readonly width: number;
  readonly height: number;
  /** The part of the clips' frame that is shown; captions lie within it. Absent: all of it. */
  readonly crop?: Crop;
  readonly frameRate: Rational;
  /** Length of the whole. */
  readonly frames: number;
  /** Length of the soundtrack: the video's, to the nearest sample. */
  readonly samples: number;
  /** Opaque; it shows where no layer does. */
  readonly background: Color;
  /** Stacked, the first at the bottom. */
  readonly layers: readonly Layer[];
  /** Mixed. */
  readonly audio: readonly AudioClip[];
}

export type Layer = ClipLayer | CaptionLayer;

/** Clips in order of their start. Between them may be gaps, which show the layers below. */
export interface ClipLayer {
  readonly kind: 'clips';
  readonly clips: readonly VisualClip[];
}

/** A video or image on a layer. Bars that `fit` leaves show the layers below; on the bottom layer, the background. */
export interface VisualClip {
  readonly asset: AssetRef;
  readonly source: VisualSource;
  /** On the output's grid. */
  readonly startFrame: number;
  readonly frames: number;
  readonly fit: Fit;
  /** To this clip from the one before it on the layer, which ends `transition.frames` after this one starts; null for a cut. */
  readonly transition: Transition | null;
  /** Where it begins in its asset, and how fast that plays; 0 and 1 for an image. */
  readonly trimStartUs: number;
  readonly speed: number;
  /** In the order in which they are applied. */
  readonly effects: readonly ClipEffect[];
  /** 0 to 1, over the layers below; times are frames. */
  readonly opacity: Animated;
}

export type VisualSource = 'video' | 'image';

/** The words mean what CSS `object-fit` means. */
export type Fit = 'COVER' | 'CONTAIN';

/** How one clip becomes the next. */
export interface Transition {
  readonly kind: TransitionKind;
  /** At least 1. */
  readonly frames: number;
}

export type TransitionKind = 'FADE';

export interface AudioClip {
  readonly asset: AssetRef;
  readonly startSample: number;
  readonly samples: number;
  /** Times are samples. */
  readonly gainDb: Animated;
  /** Begins again at the asset's end until the clip's end. Otherwise the rest is silence. */
  readonly loop: boolean;
  /** Fade to silence over the clip's last samples. */
  readonly fadeOutSamples: number;
}

/** Text over the layers below. */
export interface CaptionLayer {
  readonly kind: 'captions';
  /** Within the video, in order of start. */
  readonly cues: readonly Cue[];
  readonly style: CaptionStyle;
  /** A tag of BCP 47; absent: not known. */
  readonly language?: string;
  /** The field of the request that asked for them. */
  readonly field: string;
}

/** The size of a composition's finished picture. */
export function pictureSize({ crop, width, height }: Composition): Size {
  return crop ? { width: crop.width, height: crop.height } : { width, height };
}

/** Every clip of every layer, the bottom layer's first. */
export function visualClips({ layers }: Composition): VisualClip[] {
  return layers.flatMap((layer) => (layer.kind === 'clips' ? layer.clips : []));
}

/** The same video without its text. */
export function withoutCaptions(composition: Composition): Composition {
  return { ...composition, layers: composition.layers.filter(({ kind }) => kind !== 'captions') };
}

export function captionLayers({ layers }: Composition): CaptionLayer[] {
  return layers.filter((layer) => layer.kind === 'captions');
}
