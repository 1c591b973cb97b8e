import { framesOf, timeUsOf } from '../frame-grid.js';
import type { ClipTimes, TimelineTimes } from './clip-times.js';
import type { Problem } from './problem.js';
import { textParts } from '../text-parts.js';
import {
  type ClipAnimation,
  clipsOf,
  nameOf,
  type Timeline,
  type TimelineClip,
  transitionOf,
  type VisualContent,
} from './timeline.js';

/** The longest video: 4 h. */
const MAX_TIMELINE_US = 4 * 3600 * 1_000_000;

const TOO_LONG = 'make a video that is longer than 4 hours';

/** The frame nearest to a time. */
type FrameAt = (us: number) => number;

/** A clip and its times, cut at the end of the whole. */
interface Timed {
  readonly clip: TimelineClip;
  readonly startUs: number | null;
  readonly lengthUs: number | null;
  readonly endUs: number | null;
}

/** Everything about the times of a timeline that cannot be, as far as they are known. */
export function problemsOf(timeline: Timeline, times: TimelineTimes): Problem[] {
  const { frameRate } = timeline.canvas;
  const frameUs = timeUsOf(1, frameRate);
  const frameAt = (us: number) => framesOf(us, frameRate);
  const problems: Problem[] = [];
  if (times.totalUs !== null && times.totalUs > MAX_TIMELINE_US)
    problems.push({ reason: 'VIDEO_TOO_LONG', field: `${timeline.field}.tracks`, message: TOO_LONG });
  let before: (Timed & { readonly track: number }) | null = null;
  clipsOf(timeline).forEach(({ clip, track }, i) => {
    const timed = { clip, track, ...cut(times.clips[i] ?? NOT_KNOWN, times.totalUs) };
    // Clips wholly after the end are not shown.
    if (isAfterEnd(timed.startUs, times.totalUs, frameAt)) return;
    problems.push(...lengthProblems(timed, frameUs, frameAt));
    if (before?.track === track) {
      const own = transitionOf(clip)
        ? transitionProblems(before, timed, frameUs)
        : overlapProblems(before, timed, frameAt);
      problems.push(...own);
    }
    before = timed;
  });
  return problems;
}

/** Whether a clip begins when the whole is over. */
export function isAfterEnd(startUs: number | null, totalUs: number | null, frameAt: FrameAt): boolean {
  return startUs !== null && totalUs !== null && frameAt(startUs) >= frameAt(totalUs);
}

const NOT_KNOWN: ClipTimes = { startUs: null, lengthUs: null, endUs: null };

/** The times of a clip that is cut at the end of the whole. */
export function cut({ startUs, lengthUs, endUs }: ClipTimes, totalUs: number | null): ClipTimes {
  if (startUs === null || endUs === null || totalUs === null || endUs <= totalUs) return { startUs, lengthUs, endUs };
  return { startUs, lengthUs: Math.max(0, totalUs - startUs), endUs: totalUs };
}

function overlapProblems(before: Timed, { clip, startUs }: Timed, frameAt: FrameAt): Problem[] {
  if (startUs === null || before.endUs === null || frameAt(startUs) >= frameAt(before.endUs)) return [];
  return [overlap(before, clip, before.endUs - startUs)];
}

function overlap(before: Timed, clip: TimelineClip, byUs: number): Problem {
  const message = `begins ${seconds(byUs)} too early: ${nameOf(clip)} and ${nameOf(before.clip)} before it on its track overlap by that; they may overlap only in a transition`;
  return { reason: 'CLIPS_OVERLAP', field: beginField(clip), message };
}

function transitionProblems(before: Timed, here: Timed, frameUs: number): Problem[] {
  const transition = transitionOf(here.clip);
  if (!transition) return [];
  const { durationUs, field } = transition;
  const earlierUs = transitionOf(before.clip)?.durationUs ?? 0;
  const tooLong = (message: string): Problem => ({ reason: 'TRANSITION_TOO_LONG', field, message });
  if (here.lengthUs !== null && durationUs > here.lengthUs + 1)
    return [tooLong(`is ${seconds(durationUs)}, but ${nameOf(here.clip)} lasts ${seconds(here.lengthUs)}`)];
  if (before.lengthUs !== null && durationUs + earlierUs > before.lengthUs + 1) {
    const taken = earlierUs > 0 ? `, of which the transition before it takes ${seconds(earlierUs)}` : '';
    const lasts = `${nameOf(before.clip)} before it lasts ${seconds(before.lengthUs)}${taken}`;
    return [tooLong(`is ${seconds(durationUs)}, but ${lasts}`)];
  }
  if (here.startUs === null || before.endUs === null) return [];
  const overlapUs = before.endUs - here.startUs;
  if (overlapUs - durationUs > frameUs / 2 + 1) return [overlap(before, here.clip, overlapUs - durationUs)];
  if (durationUs - overlapUs <= frameUs / 2 + 1) return [];
  const message = `begins ${seconds(durationUs - overlapUs)} too late: it has a transition of ${seconds(durationUs)}, in which ${nameOf(before.clip)} must be seen`;
  return [{ reason: 'CLIPS_APART', field: beginField(here.clip), message }];
}

/** Whether what takes a part of a clip's time fits into it. */
function lengthProblems({ clip, startUs, lengthUs, endUs }: Timed, frameUs: number, frameAt: FrameAt): Problem[] {
  if (lengthUs === null) return [];
  const tooShort = (field: string, message: string): Problem => ({ reason: 'CLIP_TOO_SHORT', field, message });
  if (lengthUs < frameUs / 2)
    return [tooShort(lengthField(clip), `makes a clip of ${seconds(lengthUs)}, which is less than a frame`)];
  // A sound may lie between two frames.
  const isSeen = clip.content.kind !== 'AUDIO' && startUs !== null && endUs !== null;
  if (isSeen && frameAt(startUs) === frameAt(endUs))
    return [tooShort(lengthField(clip), `makes a clip of ${seconds(lengthUs)}, which falls between two frames`)];
  return partsOf(clip)
    .filter(({ us }) => us > lengthUs + 1)
    .map(({ field, us, what }) =>
      tooShort(field, `${what} ${seconds(us)}, but ${nameOf(clip)} lasts ${seconds(lengthUs)}`),
    );
}

interface Part {
  readonly field: string;
  readonly us: number;
  readonly what: string;
}

function partsOf({ content }: TimelineClip): Part[] {
  if (content.kind === 'SUBTITLES') return [];
  const sound =
    content.kind === 'AUDIO' ? content.sound : content.source.kind === 'VIDEO' ? content.source.sound : null;
  const fades: Part[] = sound
    ? [
        { field: `${sound.field}.fade_in`, us: sound.fadeInUs, what: 'is' },
        { field: `${sound.field}.fade_out`, us: sound.fadeOutUs, what: 'is' },
      ]
    : [];
  if (content.kind === 'AUDIO') return fades;
  const { enter, exit, source } = content;
  const animations = [...(enter ? [animationPart(enter)] : []), ...(exit ? [exitPart(content, exit)] : [])];
  if (source.kind !== 'TEXT' || !source.animation) return [...fades, ...animations];
  const { by, intervalUs, enter: partEnter } = source.animation;
  const us = (textParts(source.text.text, by).length - 1) * intervalUs + partEnter.durationUs + (exit?.durationUs ?? 0);
  return [...animations, { field: partEnter.field, us, what: `makes all parts${exit ? ' and the exit' : ''} take` }];
}

function animationPart({ field, durationUs }: ClipAnimation): Part {
  return { field, us: durationUs, what: 'is' };
}

function exitPart({ enter, transition }: VisualContent, exit: ClipAnimation): Part {
  const us = (enter?.durationUs ?? 0) + (transition?.durationUs ?? 0) + exit.durationUs;
  if (!enter && !transition) return animationPart(exit);
  return { field: exit.field, us, what: `is together with that of ${transition ? 'the transition' : 'enter'}` };
}

function beginField({ field, begin }: TimelineClip): string {
  switch (begin.kind) {
    case 'AT':
      return `${field}.start`;
    case 'WITH':
      return `${field}.start_with`;
    case 'AFTER':
      return `${field}.start_after`;
    case 'AFTER_PREVIOUS':
    case 'UNKNOWN':
      return field;
  }
}

/** The field that says how long a clip is. */
export function lengthField({ field, length }: TimelineClip): string {
  switch (length.kind) {
    case 'DURATION':
      return `${field}.duration`;
    case 'SAME_AS':
      return `${field}.same_as`;
    case 'TO_END':
      return `${field}.to_end`;
    case 'NATURAL':
    case 'UNKNOWN':
      return field;
  }
}

/** For people: `0.5 s`. */
export function seconds(us: number): string {
  return `${Number((us / 1e6).toFixed(3))} s`;
}
