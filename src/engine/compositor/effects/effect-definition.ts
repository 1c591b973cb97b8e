import type { EffectKind, EffectOf } from '../../../composition/clip-effect.js';

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** How one kind of effect is made. */
export interface EffectDefinition<K extends EffectKind> {
  /** Filters of ffmpeg that it is made of. */
  readonly filters: readonly string[];
  /** As filters in a row, on a clip of `frames` frames that is complete otherwise. Frames are numbered from 0. */
  render(effect: EffectOf<K>, clip: { readonly frames: number }, frame: FrameSize): string[];
}
