import { framesOf, type Rational } from '../../composition/frame-grid.js';
import type { ClipEffectKind, MontageTransition } from '../../composition/montage/montage.js';
import { type Transition as WireTransition, Transition_Kind } from '../../../generated/cutroom/v1/montage.js';
import { at, formatSeconds, type EnumTable, parseDurationUs, parseKnownEnum, type Place, refuse } from './fields.js';
import { parseTransitionName } from './parse-transition-name.js';

export const CROSS_FADE_US = 500_000;
export const CLIP_EFFECT_US = 1_000_000;
export const TRANSITION_TIME = { minUs: 40_000, maxUs: 600_000_000 };

export const KINDS: EnumTable<Transition_Kind, 'CUT' | 'CROSS_FADE' | ClipEffectKind> = {
  [Transition_Kind.KIND_UNSPECIFIED]: 'CUT',
  [Transition_Kind.KIND_CUT]: 'CUT',
  [Transition_Kind.KIND_CROSS_FADE]: 'CROSS_FADE',
  [Transition_Kind.KIND_FADE_IN]: 'FADE_IN',
  [Transition_Kind.KIND_FADE_OUT]: 'FADE_OUT',
  [Transition_Kind.KIND_SLIDE_IN]: 'SLIDE_IN',
  [Transition_Kind.KIND_SLIDE_OUT]: 'SLIDE_OUT',
  [Transition_Kind.KIND_ZOOM_IN]: 'ZOOM_IN',
  [Transition_Kind.KIND_ZOOM_OUT]: 'ZOOM_OUT',
  [Transition_Kind.KIND_SHUFFLE]: 'SHUFFLE',
};

/** What the clips around a transition leave room for. */
interface ClipLimits {
  /** Null: not known, since it is wrong itself. */
  readonly longestClipUs: number | null;
  /** Whether three or more clips may follow each other, so that one in the middle fades on both sides. */
  readonly manyClips: boolean;
  readonly frameRate: Rational;
}

/** Reads how one clip turns into the next. That a material is shorter than its transitions is found once it is probed. */
export function parseTransition(wire: WireTransition | undefined, place: Place, limits: ClipLimits): MontageTransition {
  if (!wire) return { kind: 'CUT' };
  if (wire.name !== '') {
    if (wire.kind !== Transition_Kind.KIND_UNSPECIFIED)
      refuse(at(place, 'name'), 'must not be set beside kind: one of them says it');
    return parseCross(wire, place, limits);
  }
  const kind = parseKnownEnum(wire.kind, at(place, 'kind'), KINDS);
  const here = at(place, 'duration');
  switch (kind) {
    case 'CUT':
      if (wire.duration) refuse(here, 'must not be set for a cut, which takes no time');
      return { kind: 'CUT' };
    case 'CROSS_FADE':
      return parseCross(wire, place, limits);
    case 'ZOOM_IN':
    case 'ZOOM_OUT':
      if (wire.duration) refuse(here, 'must not be set for a zoom, which takes all of a clip');
      return { kind: 'CLIP_EFFECT', effect: kind, durationUs: CLIP_EFFECT_US };
    case 'FADE_IN':
    case 'FADE_OUT':
    case 'SLIDE_IN':
    case 'SLIDE_OUT':
    case 'SHUFFLE': {
      const durationUs = wire.duration ? parseDurationUs(wire.duration, here, TRANSITION_TIME) : null;
      return { kind: 'CLIP_EFFECT', effect: kind, durationUs: durationUs ?? CLIP_EFFECT_US };
    }
    case null:
      // Of an unknown kind only this can be said.
      if (wire.duration) parseDurationUs(wire.duration, here, TRANSITION_TIME);
      return { kind: 'CUT' };
  }
}

function parseCross(wire: WireTransition, place: Place, limits: ClipLimits): MontageTransition {
  const { longestClipUs, manyClips } = limits;
  const name = parseTransitionName(wire.name, at(place, 'name'));
  const here = at(place, 'duration');
  const durationUs = wire.duration ? parseDurationUs(wire.duration, here, TRANSITION_TIME) : CROSS_FADE_US;
  if (durationUs === null) return { kind: 'CUT' };
  if (longestClipUs !== null && !leavesRoom(durationUs, longestClipUs, limits)) {
    refuse(here, tooLong(longestClipUs, manyClips, wire.duration !== undefined));
  }
  return { kind: 'CROSS', name, durationUs, field: here.field };
}

function leavesRoom(durationUs: number, longestClipUs: number, { manyClips, frameRate }: ClipLimits): boolean {
  const sides = manyClips ? 2 : 1;
  // On the frame grid as well: 0.05 s is two frames, and two such fades do not fit into the three frames of 0.1 s.
  const frames = framesOf(durationUs, frameRate);
  return durationUs * sides <= longestClipUs && frames * sides <= framesOf(longestClipUs, frameRate);
}

function tooLong(longestClipUs: number, manyClips: boolean, given: boolean): string {
  const limit = manyClips
    ? `half of longest_clip (${formatSeconds(longestClipUs)}), since a clip between two others fades on both sides`
    : `longest_clip (${formatSeconds(longestClipUs)})`;
  return `${given ? '' : `is ${formatSeconds(CROSS_FADE_US)} by default and `}must be at most ${limit}`;
}
