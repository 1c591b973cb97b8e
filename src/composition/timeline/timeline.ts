import type { AssetRef } from '../asset.js';
import type { ClipEffect, ColorAdjustment, EffectOf } from '../clip-effect.js';
import type { Color } from '../color.js';
import type { BlendMode, Channels, Fit, Loudness, Matte, TransitionKind } from '../composition.js';
import type { DropShadow, GradientStop, StyledText, TextPart } from '../drawing.js';
import type { FadeCurve } from '../fade-curve.js';
import type { Rational } from '../frame-grid.js';
import type { Subtitles } from '../montage/montage.js';
import type { Easing } from './easing.js';

/** A timeline as it was asked for: checked, defaults filled, unions closed. Times in microseconds, sizes in output pixels. */
export interface Timeline {
  /** Its path in the request. */
  readonly field: string;
  readonly canvas: Canvas;
  /** The first at the bottom. */
  readonly tracks: readonly Track[];
  /** Null: until the last clip ends. */
  readonly durationUs: number | null;
  readonly loudness: Loudness | null;
}

export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  readonly background: Color;
}

export interface Track {
  /** Empty: none. */
  readonly id: string;
  /** Times of keyframes count from the start of the timeline. */
  readonly gainDb: Keyed;
  readonly muted: boolean;
  readonly duck: TrackDuck | null;
  /** As `ClipLayer.isPinned`; a montage alone has it. */
  readonly isPinned?: boolean;
  readonly clips: readonly TimelineClip[];
}

export interface TrackDuck {
  /** The place of the track that it makes room for. */
  readonly under: number;
  readonly amountDb: number;
  readonly attackUs: number;
  readonly releaseUs: number;
}

export interface TimelineClip {
  /** Its path in the request. */
  readonly field: string;
  /** Empty: none. */
  readonly id: string;
  readonly begin: ClipBegin;
  readonly length: ClipLength;
  readonly content: ClipContent;
}

/** UNKNOWN: wrong in itself, so that nothing follows from it; a valid timeline has none. `clip` is a place in `clipsOf`. */
export type ClipBegin =
  | { readonly kind: 'AFTER_PREVIOUS' }
  | { readonly kind: 'AT'; readonly us: number }
  | { readonly kind: 'WITH' | 'AFTER'; readonly clip: number; readonly offsetUs: number }
  | { readonly kind: 'UNKNOWN' };

export type ClipLength =
  | { readonly kind: 'NATURAL' }
  | { readonly kind: 'DURATION'; readonly us: number }
  | { readonly kind: 'TO_END' }
  | { readonly kind: 'SAME_AS'; readonly clip: number }
  | { readonly kind: 'UNKNOWN' };

export type ClipContent = VisualContent | AudioContent | SubtitleContent;

/** Something to see, and the sound of a video. */
export interface VisualContent {
  readonly kind: 'VISUAL';
  readonly source: TimelineSource;
  readonly look: Look;
  /** Applied before those of its look, over black where they leave something free; a montage alone has them. */
  readonly effects?: readonly ClipEffect[];
  readonly enter: ClipAnimation | null;
  readonly exit: ClipAnimation | null;
  /** From the clip before it on its track. */
  readonly transition: TimelineTransition | null;
  /** Null: all of it is seen. */
  readonly matte: TimelineMatte | null;
}

export interface TimelineMatte {
  readonly source: NestedSource;
  readonly kind: Matte['kind'];
  readonly inverted: boolean;
}

export type TimelineSource = VideoSource | ImageSource | NestedSource | DrawnSource;

/** A timeline as the asset of a clip. */
export interface NestedSource {
  readonly kind: 'TIMELINE';
  /** Its frame rate is that of the timeline around it, its background `TRANSPARENT`. */
  readonly timeline: Timeline;
  readonly trimStartUs: number;
  /** Null: silent. */
  readonly gainDb: number | null;
}

export interface VideoSource {
  readonly kind: 'VIDEO';
  readonly asset: AssetRef;
  readonly trimStartUs: number;
  readonly speed: number;
  readonly shortSource: 'FAIL' | 'HOLD' | 'LOOP';
  /** Whether it plays backwards; then `shortSource` is FAIL. */
  readonly reverse: boolean;
  /** Whether the frame at `trimStartUs` stands all the time; then it is silent, at its own speed, and its clip has a length. */
  readonly freeze: boolean;
  /** Null: silent. */
  readonly sound: Sound | null;
}

export interface ImageSource {
  readonly kind: 'IMAGE';
  readonly asset: AssetRef;
}

/** Drawn by the engine in the size of its box. */
export type DrawnSource =
  | { readonly kind: 'TEXT'; readonly text: StyledText; readonly animation: TextAnimation | null }
  | { readonly kind: 'COLOR'; readonly color: Color }
  | { readonly kind: 'LINEAR_GRADIENT'; readonly degrees: number; readonly stops: readonly GradientStop[] }
  | { readonly kind: 'RADIAL_GRADIENT'; readonly stops: readonly GradientStop[] };

export interface TextAnimation {
  readonly by: TextPart['by'];
  readonly enter: ClipAnimation;
  /** From the start of one part to that of the next. */
  readonly intervalUs: number;
}

export interface AudioContent {
  readonly kind: 'AUDIO';
  readonly asset: AssetRef;
  readonly trimStartUs: number;
  readonly speed: number;
  readonly loop: boolean;
  /** Whether it plays backwards; never together with `loop`. */
  readonly reverse: boolean;
  readonly sound: Sound;
}

export interface Sound {
  /** Its path in the request. */
  readonly field: string;
  /** A value, or keyframes of it. */
  readonly gainDb: Keyed;
  readonly fadeInUs: number;
  readonly fadeOutUs: number;
  readonly fadeInCurve: FadeCurve;
  readonly fadeOutCurve: FadeCurve;
  readonly channels: Channels;
}

export interface SubtitleContent {
  readonly kind: 'SUBTITLES';
  /** Times count from the start of the clip. */
  readonly subtitles: Subtitles;
}

/** Where a clip stands and how it looks. */
export interface Look {
  /** The place of the anchor and the size of the box, in pixels of the canvas. */
  readonly x: Keyed;
  readonly y: Keyed;
  readonly width: Keyed;
  readonly height: Keyed;
  /** The point of the box that lies at x and y, in shares of its sides. */
  readonly anchor: Share;
  readonly fit: Fit;
  readonly focus: Share;
  /** As `Placement.align`; a montage alone has it. */
  readonly align?: Share;
  /** The part of the asset that is used, in shares of its sides. Null: all. */
  readonly part: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  } | null;
  readonly opacity: Keyed;
  /** Degrees clockwise. */
  readonly rotation: Keyed;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
  readonly cornerRadius: number;
  readonly border: { readonly width: number; readonly color: Color } | null;
  readonly shadow: DropShadow | null;
  readonly blend: BlendMode;
  readonly chromaKey: Omit<EffectOf<'CHROMA_KEY'>, 'kind'> | null;
  /** Null: unchanged. */
  readonly colors: ColorAdjustment | null;
  readonly lut: AssetRef | null;
  /** Standard deviation. */
  readonly blur: Keyed;
  readonly motion: Motion | null;
}

export interface Share {
  readonly x: number;
  readonly y: number;
}

export interface Motion {
  readonly kind: 'ZOOM_IN' | 'ZOOM_OUT' | 'PAN_LEFT' | 'PAN_RIGHT' | 'PAN_UP' | 'PAN_DOWN';
  /** A share of the box. */
  readonly strength: number;
  /** Of the box; see the proto. */
  readonly focus: Share;
}

/** A value that stands still, or keyframes in order of time, at least one. */
export type Keyed = number | readonly EasedKey[];

export interface EasedKey {
  /** From the start of the clip. */
  readonly us: number;
  readonly value: number;
  /** How the value gets here from the key before. */
  readonly easing: Easing;
}

/** How a clip appears or disappears by itself. */
export interface ClipAnimation {
  readonly kind: AnimationKind;
  readonly durationUs: number;
  readonly easing: Easing;
  /** The path of its duration in the request. */
  readonly field: string;
}

export type AnimationKind =
  | 'FADE'
  | 'SLIDE_LEFT'
  | 'SLIDE_RIGHT'
  | 'SLIDE_UP'
  | 'SLIDE_DOWN'
  | 'ZOOM'
  | 'WIPE_LEFT'
  | 'WIPE_RIGHT'
  | 'WIPE_UP'
  | 'WIPE_DOWN';

export interface TimelineTransition {
  readonly kind: TransitionKind;
  readonly durationUs: number;
  /** Of the sound that cross-fades. */
  readonly audioCurve: FadeCurve;
  /** Its path in the request. */
  readonly field: string;
}

/** A clip and the place of its track. */
export interface PlacedClip {
  readonly clip: TimelineClip;
  readonly track: number;
}

/** Every clip of every track, the bottom track's first: references count in this order. */
export function clipsOf({ tracks }: Pick<Timeline, 'tracks'>): PlacedClip[] {
  return tracks.flatMap(({ clips }, track) => clips.map((clip) => ({ clip, track })));
}

/** The transition from the clip before; null: a cut. */
export function transitionOf({ content }: TimelineClip): TimelineTransition | null {
  return content.kind === 'VISUAL' ? content.transition : null;
}

/** The name of a clip in messages: its id, or else its path. */
export function nameOf({ id, field }: TimelineClip): string {
  return id === '' ? field : `"${id}"`;
}
