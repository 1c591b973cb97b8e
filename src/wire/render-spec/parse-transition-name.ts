import type { TransitionKind } from '../../composition/composition.js';
import { TRANSITION_KINDS } from '../../composition/transition-kinds.js';
import { nearestName } from '../../shared/nearest-name.js';
import { type Place, refuse } from './fields.js';

export const DEFAULT_TRANSITION: TransitionKind = 'fade';

/** Reads the name of a transition of ffmpeg; empty: the default. */
export function parseTransitionName(name: string, place: Place): TransitionKind {
  if (name === '') return DEFAULT_TRANSITION;
  const known = TRANSITION_KINDS.find((kind) => kind === name);
  if (known) return known;
  const near = nearestName(name, TRANSITION_KINDS);
  const hint = near === null ? '' : `did you mean ${near}? `;
  refuse(place, `is no transition; ${hint}Capabilities.xfade_transitions has all`);
  return DEFAULT_TRANSITION;
}
