import type { EffectKind, EffectOf } from '../../../composition/clip-effect.js';

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** The implementation of one kind of effect. */
export interface EffectDefinition<K extends EffectKind> {
  /** Filters of ffmpeg that it needs. */
  readonly filters: readonly string[];
  /** As filters in a row, on a clip of `frames` frames that is complete otherwise. Frames are numbered from 0. */
  render(effect: EffectOf<K>, clip: { readonly frames: number }, frame: FrameSize): string[];
}
