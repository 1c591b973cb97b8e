/** What the second renderers know of a timeline: the picture's painter and the sound's listener. */

export type Rgb = readonly [r: number, g: number, b: number];

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is seen at a place. NaN: a colour that the rules leave open. */
export interface Shade {
  readonly color: Rgb;
  /** 0 to 1. */
  readonly alpha: number;
}

/** In pixels from the upper left corner. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Clockwise from the top left. */
export type Quarter = 0 | 1 | 2 | 3;

export type Source =
  | { readonly kind: 'surface'; readonly color: Rgb; readonly alpha: number }
  | { readonly kind: 'gradient'; readonly degrees: number; readonly from: Rgb; readonly to: Rgb }
  /** Colours of its quarters; null: transparent. */
  | {
      readonly kind: 'image';
      readonly uri: string;
      readonly size: Size;
      readonly quarters: readonly (Rgb | null)[];
    }
  | VideoSource
  | TextSource
  | NestedSource;

export interface VideoSource {
  readonly kind: 'video';
  readonly uri: string;
  /** As it is shown. */
  readonly size: Size;
  readonly rate: number;
  /** When a frame begins, of a video whose frames do not follow each other evenly. */
  readonly timeOf: ((frame: number) => number) | null;
  readonly colorOf: (frame: number, quarter: Quarter) => Rgb;
  readonly trimStart: number;
  readonly speed: number;
  /** Backwards: the frames of the clip that plays forwards, the last one first. */
  readonly reverse: boolean;
  /** Null: it is muted, or has none. */
  readonly sound: HeardFile | null;
  readonly isMuted: boolean;
  readonly channels: Channels;
  readonly gainDb: number;
}

/** Letters that are squares of one em. Sizes are in pixels of a frame whose short side is 1080. */
export interface TextSource {
  readonly kind: 'text';
  /** Of `X` and spaces, which are half an em wide. */
  readonly lines: readonly string[];
  readonly fontSize: number;
  readonly lineHeight: number;
  readonly letterSpacing: number;
  readonly align: 'LEFT' | 'CENTER' | 'RIGHT';
  readonly verticalAlign: 'TOP' | 'MIDDLE' | 'BOTTOM';
  readonly color: Rgb;
  readonly background: Rgb;
  readonly padding: number;
}

export interface NestedSource {
  readonly kind: 'nested';
  readonly size: Size;
  readonly tracks: readonly (readonly PaintedClip[])[];
  /** Frames of it that are left out at its start. */
  readonly trimFrames: number;
}

export interface Matte {
  readonly picture: NestedSource;
  readonly by: 'LUMA' | 'ALPHA';
  readonly inverted: boolean;
}

export type Easing = 'linear' | 'ease-in' | 'ease-out' | 'ease-in-out' | 'step-end';
export type Property = 'X' | 'Y' | 'WIDTH' | 'HEIGHT' | 'OPACITY' | 'ROTATION';

export interface Key {
  readonly property: Property;
  /** Frames from the clip's start. */
  readonly frame: number;
  readonly value: number;
  readonly easing: Easing;
}

/** Names of `xfade`. */
export type TransitionKind =
  | 'fade'
  | 'wipeleft'
  | 'wiperight'
  | 'wipeup'
  | 'wipedown'
  | 'slideleft'
  | 'slideright'
  | 'slideup'
  | 'slidedown'
  | 'circleopen'
  | 'circleclose';

export interface Transition {
  readonly kind: TransitionKind;
  readonly seconds: number;
}

export type AppearanceKind =
  | 'FADE'
  | 'ZOOM'
  | 'SLIDE_LEFT'
  | 'SLIDE_RIGHT'
  | 'SLIDE_UP'
  | 'SLIDE_DOWN'
  | 'WIPE_LEFT'
  | 'WIPE_RIGHT'
  | 'WIPE_UP'
  | 'WIPE_DOWN';

/** How a clip appears or disappears by itself. */
export interface Appearance {
  readonly kind: AppearanceKind;
  readonly seconds: number;
  /** Null: that of its kind. */
  readonly easing: Easing | null;
}

/** A steady movement within the box. */
export interface Motion {
  readonly kind: 'ZOOM_IN' | 'ZOOM_OUT' | 'PAN_LEFT' | 'PAN_RIGHT' | 'PAN_UP' | 'PAN_DOWN';
  readonly strength: number;
  /** Percent of the box. */
  readonly focus: { readonly x: number; readonly y: number };
}

export interface PaintedClip {
  readonly source: Source;
  /** Seconds. */
  readonly start: number;
  readonly end: number;
  /** Percent of the canvas, of the box's middle and its sides. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly fit: 'COVER' | 'CONTAIN' | 'FILL' | 'NONE' | 'SCALE_DOWN';
  /** Percent of the source: what COVER keeps in view, as near to the middle as the source's edges allow. */
  readonly focus: { readonly x: number; readonly y: number };
  readonly rotation: number;
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
  readonly opacity: number;
  readonly blend: 'NORMAL' | 'MULTIPLY' | 'SCREEN' | 'DIFFERENCE' | 'DARKEN' | 'ADD';
  readonly keys: readonly Key[];
  /** From the clip before it on its track. */
  readonly transition: Transition | null;
  readonly enter: Appearance | null;
  readonly exit: Appearance | null;
  readonly motion: Motion | null;
  /** In pixels of a frame whose short side is 1080. */
  readonly cornerRadius: number;
  readonly border: { readonly width: number; readonly color: Rgb } | null;
  readonly matte: Matte | null;
}

/** Sound alone. */
export interface HeardClip {
  readonly file: HeardFile;
  readonly start: number;
  readonly end: number;
  readonly trimStart: number;
  readonly gainDb: number;
  readonly channels: Channels;
  readonly fadeIn: number;
  readonly fadeOut: number;
  readonly loop: boolean;
  readonly reverse: boolean;
}

export type Channels = 'STEREO' | 'LEFT' | 'RIGHT' | 'MONO' | 'SWAP';

/** Beeps in the silence, in each of its channels of another tone. */
export interface HeardFile {
  readonly uri: string;
  readonly seconds: number;
  readonly rate: number;
  readonly layout: 'mono' | 'stereo' | '5.1';
  /** In Hz, in the order of the layout's channels. */
  readonly tones: readonly number[];
}

export interface PaintedTimeline extends Size {
  readonly rate: number;
  /** Null: transparent. */
  readonly background: Rgb | null;
  readonly tracks: readonly (readonly PaintedClip[])[];
  readonly sounds: readonly HeardClip[];
}

/** The frame at which a time lies. */
export function boundary(seconds: number, rate: number): number {
  return Math.round(seconds * rate + 1e-7);
}

/** The number of frames of the whole. */
export function framesIn({ tracks, sounds, rate }: Pick<PaintedTimeline, 'tracks' | 'sounds' | 'rate'>): number {
  return Math.max(...[...tracks.flat(), ...sounds].map(({ end }) => boundary(end, rate)));
}
