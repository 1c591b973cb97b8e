import type { Rational } from './frame-grid.js';

/** The times of a video's parts as callers know them, on the frame grid. */
export interface Outline {
  readonly width: number;
  readonly height: number;
  readonly frameRate: Rational;
  readonly frames: number;
  readonly tracks: readonly OutlineTrack[];
}

export interface OutlineTrack {
  /** Its path in the request. */
  readonly field: string;
  /** Empty: none. */
  readonly id: string;
  /** In order of their start. */
  readonly clips: readonly OutlineClip[];
}

export interface OutlineClip {
  /** Its path in the request. */
  readonly field: string;
  /** Empty: none. */
  readonly id: string;
  readonly startFrame: number;
  /** At least 1. */
  readonly frames: number;
  /** Of these the first ones that are a transition from the clip before. */
  readonly transitionFrames: number;
}
