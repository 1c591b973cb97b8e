import { framesOf } from '../../composition/frame-grid.js';
import { MONTAGE_FRAME_RATE } from '../../composition/expand-montage.js';
import type { Transition } from '../../composition/montage.js';
import { type Transition as WireTransition, Transition_Kind } from '../../../generated/cutroom/v1/montage.js';
import { at, formatSeconds, parseDurationUs, parseEnum, type Place, refuse } from './fields.js';

const DEFAULT_US = 500_000;
const RANGE = { minUs: 40_000, maxUs: 600_000_000 };

const KINDS: ReadonlyMap<number, Transition['kind']> = new Map([
  [Transition_Kind.KIND_UNSPECIFIED, 'CUT'],
  [Transition_Kind.KIND_CUT, 'CUT'],
  [Transition_Kind.KIND_CROSS_FADE, 'CROSS_FADE'],
]);

/** What the clips around a transition leave room for. */
interface ClipLimits {
  /** Null: not known, since it is wrong itself. */
  readonly longestClipUs: number | null;
  /** Whether three or more clips may follow each other, so that one in the middle fades on both sides. */
  readonly manyClips: boolean;
}

/** Reads how one clip turns into the next. That a material is shorter than its transitions is found once it is probed. */
export function parseTransition(wire: WireTransition | undefined, place: Place, limits: ClipLimits): Transition {
  if (!wire) return { kind: 'CUT' };
  const kind = parseEnum(wire.kind, at(place, 'kind'), KINDS, null);
  const here = at(place, 'duration');
  if (kind === 'CUT') {
    if (wire.duration) refuse(here, 'must not be set for a cut, which takes no time');
    return { kind: 'CUT' };
  }
  const durationUs = wire.duration ? parseDurationUs(wire.duration, here, RANGE) : DEFAULT_US;
  // Of an unknown kind nothing more can be said.
  if (kind === null || durationUs === null) return { kind: 'CUT' };
  const { longestClipUs, manyClips } = limits;
  if (longestClipUs !== null && !leavesRoom(durationUs, longestClipUs, manyClips)) {
    refuse(here, tooLong(longestClipUs, manyClips, wire.duration !== undefined));
  }
  return { kind: 'CROSS_FADE', durationUs, field: here.field };
}

function leavesRoom(durationUs: number, longestClipUs: number, manyClips: boolean): boolean {
  const sides = manyClips ? 2 : 1;
  // On the frame grid as well: 0.05 s is two frames, and two such fades do not fit into the three frames of 0.1 s.
  const frames = framesOf(durationUs, MONTAGE_FRAME_RATE);
  return durationUs * sides <= longestClipUs && frames * sides <= framesOf(longestClipUs, MONTAGE_FRAME_RATE);
}

function tooLong(longestClipUs: number, manyClips: boolean, given: boolean): string {
  const limit = manyClips
    ? `half of longest_clip (${formatSeconds(longestClipUs)}), since a clip between two others fades on both sides`
    : `longest_clip (${formatSeconds(longestClipUs)})`;
  return `${given ? '' : `is ${formatSeconds(DEFAULT_US)} by default and `}must be at most ${limit}`;
}
