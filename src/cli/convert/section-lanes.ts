import { type Clip, ClipTransition, type FadeCurve } from '../../../generated/cutroom/v1/timeline.js';
import { durationOf } from './time.js';

/** A layer on its track. */
export interface Placed {
  clip: Clip;
  readonly section: number;
  readonly isWhole: boolean;
  readonly isVisual: boolean;
  /** Whether nobody knows that it ends with its section. */
  readonly isOpen: boolean;
  /** Whether the transition joins it with the clip before it. */
  readonly isLinked: boolean;
}

/** What decides about the track of a layer. */
export interface Placing {
  readonly section: number;
  /** Whether it is as long as its section. */
  readonly isWhole: boolean;
  readonly isVisual: boolean;
  readonly isOpen: boolean;
  /** From the section before it, whose end overlaps it by that. */
  readonly transition: SectionTransition | undefined;
}

/** From one section to the next. */
export interface SectionTransition {
  readonly kind: string;
  readonly ns: bigint;
  /** Absent: the sounds cross-fade evenly. */
  readonly audioCurve?: FadeCurve;
}

function clipTransition({ kind, ns, audioCurve }: SectionTransition): ClipTransition {
  return ClipTransition.fromPartial({
    kind,
    duration: durationOf(ns),
    ...(audioCurve === undefined ? {} : { audioCurve }),
  });
}

/**
 * Puts a layer on the first track of its height on which it overlaps nothing, or only what the transition joins it with.
 * @param lanes the tracks of its height. @returns whether the transition, if there is one, joins it.
 */
export function placeIn(lanes: Placed[][], clip: Clip, placing: Placing): boolean {
  const { section, isWhole, isVisual, isOpen, transition } = placing;
  const lane = lanes.find((placed) => {
    const last = placed.at(-1);
    return !last || (!last.isOpen && (last.section < section - 1 || !transition || isJoint(last, placing)));
  });
  const last = lane?.at(-1);
  const follows = last !== undefined && last.section === section - 1 && isJoint(last, placing);
  const isLinked = follows && transition !== undefined;
  const joint = isLinked ? { transition: clipTransition(transition) } : {};
  // A whole layer begins when the whole one before it ends.
  const begun: Clip = follows ? { ...clip, begin: undefined, offset: undefined, ...joint } : clip;
  const placed: Placed = { clip: begun, section, isWhole, isVisual, isOpen, isLinked };
  if (lane) lane.push(placed);
  else lanes.push([placed]);
  return isLinked;
}

function isJoint(last: Placed, { isWhole, isVisual, section }: Placing): boolean {
  return last.section === section - 1 && last.isWhole && isWhole && last.isVisual && isVisual;
}
