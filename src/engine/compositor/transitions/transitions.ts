import type { TransitionKind } from '../../../composition/composition.js';

/** The implementation of one kind of transition: a kind of ffmpeg's `xfade`. */
interface TransitionDefinition {
  readonly xfade: string;
  /** Filters of ffmpeg that it needs. */
  readonly filters: readonly string[];
}

/** Every kind of transition. */
export const TRANSITIONS: { readonly [K in TransitionKind]: TransitionDefinition } = {
  FADE: { xfade: 'fade', filters: ['xfade'] },
};
