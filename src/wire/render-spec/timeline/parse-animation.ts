import { type Easing, NAMED_EASINGS } from '../../../composition/timeline/easing.js';
import type { AnimationKind, ClipAnimation, TimelineTransition } from '../../../composition/timeline/timeline.js';
import {
  type Animation as WireAnimation,
  Animation_Kind as Kind,
  type ClipTransition,
} from '../../../../generated/cutroom/v1/timeline.js';
import { at, type EnumTable, parseDurationUs, parseEnum, type Place, refuse } from '../fields.js';
import { parseTransitionName } from '../parse-transition-name.js';
import { FADE_CURVES } from './parse-files.js';
import type { Frame } from './frame.js';
import { parseEasing } from './parse-easing.js';

export const ANIMATION_US = 500_000;
export const TRANSITION_US = 500_000;

/** A length where none is said: at least a frame. */
export function defaultLengthUs(us: number, { minUs }: { readonly minUs: number }): number {
  return Math.max(us, minUs);
}

export const ANIMATIONS: EnumTable<Kind, AnimationKind> = {
  [Kind.KIND_UNSPECIFIED]: 'FADE',
  [Kind.KIND_FADE]: 'FADE',
  [Kind.KIND_SLIDE_LEFT]: 'SLIDE_LEFT',
  [Kind.KIND_SLIDE_RIGHT]: 'SLIDE_RIGHT',
  [Kind.KIND_SLIDE_UP]: 'SLIDE_UP',
  [Kind.KIND_SLIDE_DOWN]: 'SLIDE_DOWN',
  [Kind.KIND_ZOOM]: 'ZOOM',
  [Kind.KIND_WIPE_LEFT]: 'WIPE_LEFT',
  [Kind.KIND_WIPE_RIGHT]: 'WIPE_RIGHT',
  [Kind.KIND_WIPE_UP]: 'WIPE_UP',
  [Kind.KIND_WIPE_DOWN]: 'WIPE_DOWN',
};

export type Direction = 'ENTER' | 'EXIT';

/** The easing where none is given; null: it takes none. */
export function defaultEasing(kind: AnimationKind, direction: Direction): 'linear' | 'ease-in' | 'ease-out' | null {
  switch (kind) {
    case 'FADE':
      return 'linear';
    case 'SLIDE_LEFT':
    case 'SLIDE_RIGHT':
    case 'SLIDE_UP':
    case 'SLIDE_DOWN':
    case 'ZOOM':
      return direction === 'ENTER' ? 'ease-out' : 'ease-in';
    case 'WIPE_LEFT':
    case 'WIPE_RIGHT':
    case 'WIPE_UP':
    case 'WIPE_DOWN':
      return null;
  }
}

/** Reads how a clip, or a part of a text, appears or disappears. @param defaultUs how long where nothing is said. */
export function parseAnimation(
  wire: WireAnimation,
  place: Place,
  { span }: Frame,
  direction: Direction,
  defaultUs = ANIMATION_US,
): ClipAnimation {
  const kind = parseEnum(wire.kind, at(place, 'kind'), ANIMATIONS);
  const duration = at(place, 'duration');
  const durationUs = wire.duration ? parseDurationUs(wire.duration, duration, span) : defaultLengthUs(defaultUs, span);
  return {
    kind,
    durationUs: durationUs ?? span.minUs,
    easing: parseAnimationEasing(wire.easing, at(place, 'easing'), defaultEasing(kind, direction)),
    field: duration.field,
  };
}

function parseAnimationEasing(text: string, place: Place, byDefault: ReturnType<typeof defaultEasing>): Easing {
  if (byDefault !== null) return parseEasing(text, place, NAMED_EASINGS[byDefault]);
  if (text !== '') refuse(place, 'must not be set for a wipe, which is linear');
  return NAMED_EASINGS.linear;
}

/** Reads the transition from the clip before. */
export function parseClipTransition(wire: ClipTransition, place: Place, { span }: Frame): TimelineTransition {
  const here = at(place, 'duration');
  const durationUs = wire.duration ? parseDurationUs(wire.duration, here, span) : defaultLengthUs(TRANSITION_US, span);
  return {
    kind: parseTransitionName(wire.kind, at(place, 'kind')),
    durationUs: durationUs ?? span.minUs,
    audioCurve: parseEnum(wire.audioCurve, at(place, 'audio_curve'), FADE_CURVES),
    field: here.field,
  };
}
