import type { TransitionKind } from '../../../composition/composition.js';

/** How one kind of transition is made: by this kind of ffmpeg's `xfade`. */
interface TransitionDefinition {
  readonly xfade: string;
  /** Filters of ffmpeg that it is made of. */
  readonly filters: readonly string[];
}

/** Every kind of transition. */
export const TRANSITIONS: { readonly [K in TransitionKind]: TransitionDefinition } = {
  FADE: { xfade: 'fade', filters: ['xfade'] },
};
