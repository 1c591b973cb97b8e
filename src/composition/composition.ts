import type { ClipEffect } from './clip-effects.js';
import type { AssetRef, Color, Cue, Fit, SubtitleStyle } from './montage.js';
import type { Rational } from './frame-grid.js';

/** Samples per second of every soundtrack. */
export const SAMPLE_RATE = 48_000;

/**
 * What to render, fully decided: every time is a frame of the output's grid or a sample of its soundtrack. Tracks are
 * stacked, the first at the bottom.
 */
export interface Composition {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  /** Length of the whole; every visual track covers exactly this. */
  readonly frames: number;
  /** Length of the soundtrack: the video's, to the nearest sample. */
  readonly samples: number;
  /** Opaque. */
  readonly background: Color;
  readonly tracks: readonly Track[];
}

export type Track = VisualTrack | AudioTrack | CaptionTrack;

/** Pictures one after another. A clip starts where the one before it ends, less the transition between them. */
export interface VisualTrack {
  readonly kind: 'visual';
  readonly clips: readonly VisualClip[];
}

export interface VisualClip {
  readonly asset: AssetRef;
  readonly source: 'video' | 'image';
  /** On the output's grid. */
  readonly startFrame: number;
  readonly frames: number;
  readonly fit: Fit;
  /** Cross-fade with the clip before, in frames; 0 for a cut. */
  readonly fadeInFrames: number;
  /** Where it begins in its asset, and how fast that plays; 0 and 1 for an image. */
  readonly trimStartUs: number;
  readonly speed: number;
  /** In the order in which they are applied. */
  readonly effects: readonly ClipEffect[];
}

/** Sounds, mixed. */
export interface AudioTrack {
  readonly kind: 'audio';
  readonly clips: readonly AudioClip[];
}

export interface AudioClip {
  readonly asset: AssetRef;
  readonly startSample: number;
  readonly samples: number;
  readonly gainDb: number;
  /** Begin again at the asset's end until the clip's end. Otherwise what is missing is silence. */
  readonly loop: boolean;
  /** Fade to silence over the clip's last samples. */
  readonly fadeOutSamples: number;
}

/** Text over everything. */
export interface CaptionTrack {
  readonly kind: 'captions';
  /** Within the video, in order of start. */
  readonly cues: readonly Cue[];
  readonly style: SubtitleStyle;
}
