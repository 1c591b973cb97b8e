import type { EffectKind, EffectOf } from '../../../composition/clip-effect.js';
import type { Rational } from '../../../composition/frame-grid.js';

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** The clip that an effect is applied to. */
export interface EffectClip {
  readonly frames: number;
  /** The first frame that arrives: filters count from it. */
  readonly fromFrame: number;
  readonly frameSize: FrameSize;
  readonly frameRate: Rational;
}

/** The implementation of one kind of effect. */
export interface EffectDefinition<K extends EffectKind> {
  /** Filters of ffmpeg that it needs. */
  readonly filters: readonly string[];
  /** As filters in a row. Times are frames, each one unit: the first that arrives has the time 0, and so must the first that leaves. */
  render(effect: EffectOf<K>, clip: EffectClip): string[];
}
