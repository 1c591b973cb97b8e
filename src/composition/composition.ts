import type { Animated } from './animated.js';
import type { AssetRef } from './asset.js';
import type { CaptionStyle, Cue } from './captions.js';
import type { ClipEffect } from './clip-effect.js';
import type { Color } from './color.js';
import type { Drawing } from './drawing.js';
import type { FadeCurve } from './fade-curve.js';
import { timeUsOf, type Rational } from './frame-grid.js';
import type { Crop, Size } from './output-spec.js';
import type { TRANSITION_KINDS } from './transition-kinds.js';

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
  /** It shows where no layer does. Opaque, or `TRANSPARENT`: then the video has alpha. */
  readonly background: Color;
  /** Stacked, the first at the bottom. */
  readonly layers: readonly Layer[];
  /** Mixed. */
  readonly audio: readonly AudioClip[];
  /** Groups of audio clips; see `AudioClip.bus`. Absent: none. */
  readonly buses?: readonly AudioBus[];
  /** Of the finished soundtrack. Absent: as it is mixed. */
  readonly loudness?: Loudness;
  /** The change of the mix that gives it its `loudness`, once that is measured. */
  readonly mastering?: Mastering;
  /** Pictures that its clips and masks show beside the inputs; see `drawing.ts`. Absent: none. */
  readonly drawings?: readonly Drawing[];
}

export type Layer = ClipLayer | CaptionLayer;

/**
 * Clips one after another. Between them may be gaps, which show the layers below. A transition may be longer than the last clips before it, or the first after it, where
 * these follow each other by cuts: it goes on from one to the next.
 */
export interface ClipLayer {
  readonly kind: 'clips';
  /** Whether its clips stand in corners of what is shown, each in that of its `align`: a cut of the picture has them in its own corners. Absent: they are a part of the picture. */
  readonly isPinned?: boolean;
  readonly clips: readonly VisualClip[];
}

/** A video or image on a layer, or a composition. Bars that `fit` leaves show the layers below; on the bottom layer, the background. */
export interface VisualClip {
  readonly asset: AssetRef;
  readonly source: VisualSource;
  /** On the output's grid. */
  readonly startFrame: number;
  readonly frames: number;
  readonly fit: Fit;
  /** To this clip from the one before it on the layer, which ends `transition.frames` after this one starts; null for a cut. See `ClipLayer`. */
  readonly transition: Transition | null;
  /** Where it begins in its asset, and how fast that plays; 0 and 1 for an image. */
  readonly trimStartUs: number;
  readonly speed: number;
  /** Shows the one frame of a video that stands at `trimStartUs` all the time. Absent: it plays. */
  readonly frozen?: boolean;
  /**
   * Plays backwards: its first frame is the last of so many frames that it would have if it played forwards. At least `frames`; never together with `frozen`. Absent: it
   * plays forwards.
   */
  readonly backwardsFrom?: number;
  /** In the order in which they are applied. */
  readonly effects: readonly ClipEffect[];
  /** 0 to 1, over the layers below; times are frames. */
  readonly opacity: Animated;
  /** Absent: fitted into the whole frame. */
  readonly placement?: Placement;
  /** Without a placement: the point of the source that COVER and NONE keep in view, in shares of its sides. Absent: the middle. */
  readonly focus?: Placement['focus'];
  /** What a clip of the source `nested` shows; it has a placement. */
  readonly nested?: NestedVideo;
}

/** A video in a clip. */
export interface NestedVideo {
  /** Transparent, of the same frame rate; its sound and its drawings are those of the composition around it. Its captions are drawn in its picture. After its end nothing is shown. */
  readonly composition: Composition;
  /** Its frame that the clip begins with. */
  readonly fromFrame: number;
}

/** `nested`: a composition of its own. */
export type VisualSource = 'video' | 'image' | 'nested';

/**
 * The words mean what CSS `object-fit` means. CONTAIN_BLUR is CONTAIN over itself with COVER, blurred. NONE is one pixel of the source for one of the
 * output, SCALE_DOWN the smaller of NONE and CONTAIN.
 */
export type Fit = 'COVER' | 'CONTAIN' | 'FILL' | 'NONE' | 'SCALE_DOWN' | 'CONTAIN_BLUR';

/**
 * Where a clip stands in the frame, and its shape there. In this order: the part of the source, effects, fitted into the box, flipped, masked, scaled and turned
 * around the middle of the box, laid at its place. Times are frames of the clip.
 */
export interface Placement {
  /** The part of the source that is used, in shares of its sides. Absent: all. */
  readonly part?: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  /** The box that the source is fitted into, in pixels, whole and at least 1. */
  readonly width: number;
  readonly height: number;
  /** The middle of the box, in pixels from the left and upper edge of the frame; it may lie outside. */
  readonly x: Animated;
  readonly y: Animated;
  /** Factors of the box's sides, 0 to 1: a box that changes its size is fitted at its largest. */
  readonly scaleX: Animated;
  readonly scaleY: Animated;
  /** Degrees clockwise. */
  readonly rotation: Animated;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
  /** The point of the source that COVER and NONE keep in view, in shares of its sides. */
  readonly focus: { readonly x: number; readonly y: number };
  /** Where CONTAIN, NONE and SCALE_DOWN put a smaller source in the box, in shares of the room that it leaves. Absent: in the middle. */
  readonly align?: { readonly x: number; readonly y: number };
  /** A grey drawing of the box's size: the clip shows where it is white. Absent: it shows everywhere. */
  readonly mask?: AssetRef;
  /** Shows the clip only where a video is bright or opaque. Absent: everywhere. */
  readonly matte?: Matte;
  readonly blend: BlendMode;
}

/** A video that is stretched over the box of a clip. */
export interface Matte {
  readonly video: NestedVideo;
  readonly kind: 'LUMA' | 'ALPHA';
  readonly inverted: boolean;
}

/** The words and formulas of CSS `mix-blend-mode`, on RGB values; ADD is `plus-lighter`. */
export type BlendMode =
  | 'NORMAL'
  | 'MULTIPLY'
  | 'SCREEN'
  | 'OVERLAY'
  | 'DARKEN'
  | 'LIGHTEN'
  | 'COLOR_DODGE'
  | 'COLOR_BURN'
  | 'HARD_LIGHT'
  | 'SOFT_LIGHT'
  | 'DIFFERENCE'
  | 'EXCLUSION'
  | 'ADD';

/** How one clip becomes the next. */
export interface Transition {
  readonly kind: TransitionKind;
  /** At least 1. */
  readonly frames: number;
}

/** Kinds of ffmpeg's `xfade`, by its names. */
export type TransitionKind = (typeof TRANSITION_KINDS)[number];

export interface AudioClip {
  readonly asset: AssetRef;
  readonly startSample: number;
  readonly samples: number;
  /** Where it begins in its asset, in samples at the asset's own speed. Absent: at its start. */
  readonly trimStartSamples?: number;
  /** Plays backwards: its first sample is the last of so many that it would have if it played forwards. At least `samples`; never together with `loop`. */
  readonly backwardsFrom?: number;
  /** The channels of the asset that are heard. Absent: both, each on its side. */
  readonly channels?: Exclude<Channels, 'STEREO'>;
  /** How fast it plays, 0.25 to 4; its pitch stays. Absent: 1. Never together with `loop`. */
  readonly speed?: number;
  /** Times are samples. */
  readonly gainDb: Animated;
  /** Begins again at the asset's end until the clip's end. Otherwise the rest is silence. */
  readonly loop: boolean;
  /** Fade from silence over the clip's first samples. Absent: none. */
  readonly fadeInSamples?: number;
  /** Fade to silence over the clip's last samples. */
  readonly fadeOutSamples: number;
  /** Samples of its fade in that lie before the clip, and of its fade out that lie after it, of a sound in several clips. Absent: none. */
  readonly fadeInBefore?: number;
  readonly fadeOutAfter?: number;
  /** Absent: LINEAR. */
  readonly fadeInCurve?: FadeCurve;
  readonly fadeOutCurve?: FadeCurve;
  /** Its place in `Composition.buses`. Absent: none, it goes straight into the mix. */
  readonly bus?: number;
}

/** The channels of a source that are heard: each on its side, one on both sides, half of each on both sides, each on the other side. */
export type Channels = 'STEREO' | 'LEFT' | 'RIGHT' | 'MONO' | 'SWAP';

/** Audio clips that are changed together. */
export interface AudioBus {
  /** Times are samples of the soundtrack. */
  readonly gainDb: Animated;
  /** Makes it quieter while another bus sounds. Null: nothing does. */
  readonly duck: Duck | null;
  /** The bus that it goes into, by its place; no circle. Absent: straight into the mix. */
  readonly into?: number;
  /** Fades from and to silence at the ends of a stretch of the soundtrack, outside of which it is silent. Absent: none. */
  readonly fades?: BusFades;
}

export interface BusFades {
  readonly startSample: number;
  readonly endSample: number;
  readonly inSamples: number;
  readonly outSamples: number;
  /** Absent: LINEAR. */
  readonly inCurve?: FadeCurve;
  readonly outCurve?: FadeCurve;
}

export interface Duck {
  /** The bus that it makes room for, by its place; never itself, and no circle. */
  readonly under: number;
  readonly amountDb: number;
  readonly attackUs: number;
  readonly releaseUs: number;
}

/** The last change of a finished mix. */
export interface Mastering {
  readonly gainDb: number;
  /** Null: peaks stay as they are, to be measured. */
  readonly truePeakDbtp: number | null;
}

/** The loudness of a finished soundtrack by EBU R 128. */
export interface Loudness {
  readonly integratedLufs: number;
  /** The highest true peak before it is encoded. */
  readonly truePeakDbtp: number;
  /** The field of the request that asks for it. */
  readonly field: string;
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

/** Whether a composition's finished picture has alpha. */
export function hasAlpha({ background }: Pick<Composition, 'background'>): boolean {
  return background.a === 0;
}

/** Every clip of every layer, the bottom layer's first. */
export function visualClips({ layers }: Composition): VisualClip[] {
  return layers.flatMap((layer) => (layer.kind === 'clips' ? layer.clips : []));
}

/** A clip, and the size of the frame that it lies in. */
export interface FramedClip {
  readonly clip: VisualClip;
  readonly frame: Size;
}

/** Every clip of every layer, and the clips in nested ones and in mattes, as far as they are shown there, at the times of the whole. */
export function allClips(composition: Composition): FramedClip[] {
  return visualClips(composition).flatMap((clip) => {
    const videos = [clip.nested, clip.placement?.matte?.video].filter((video) => video !== undefined);
    const inner = videos.flatMap((video) =>
      allClips(video.composition).flatMap((one) => shownWithin(one, clip, video)),
    );
    return [{ clip, frame: composition }, ...inner];
  });
}

function shownWithin(
  { clip, frame }: FramedClip,
  outer: VisualClip,
  { fromFrame, composition: { frameRate } }: NestedVideo,
): FramedClip[] {
  const start = Math.max(clip.startFrame, fromFrame);
  const frames = Math.min(clip.startFrame + clip.frames, fromFrame + outer.frames) - start;
  if (frames <= 0) return [];
  const skipped = start - clip.startFrame;
  const skippedUs = clip.frozen ? 0 : Math.round(timeUsOf(skipped, frameRate) * clip.speed);
  // One that plays backwards shows the same part of its file from nearer to its start.
  const { backwardsFrom } = clip;
  const later =
    backwardsFrom === undefined
      ? { trimStartUs: clip.trimStartUs + skippedUs }
      : { backwardsFrom: backwardsFrom - skipped };
  return [{ clip: { ...clip, ...later, startFrame: outer.startFrame + start - fromFrame, frames }, frame }];
}

/** The same video without its text; that in nested compositions is a part of the picture. */
export function withoutCaptions(composition: Composition): Composition {
  return { ...composition, layers: composition.layers.filter(({ kind }) => kind !== 'captions') };
}

export function captionLayers({ layers }: Composition): CaptionLayer[] {
  return layers.filter((layer) => layer.kind === 'captions');
}
