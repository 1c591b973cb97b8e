import { cross, CROSS_FILTERS } from './cross.js';
import { FROM_BT709, TO_BT709 } from './color/convert.js';
import type { BlendMode, VisualClip } from '../../composition/composition.js';
import { timeUsOf, type Rational } from '../../composition/frame-grid.js';
import type { FinishedClip } from './clips.js';
import { alphaTransition } from './placement/alpha-transition.js';
import { ratio, type ClipFormat } from './stage.js';

/** Clips that follow each other without a gap and are mixed in the same way, and the frames that they cover. */
export interface Run {
  readonly clips: readonly FinishedClip[];
  readonly startFrame: number;
  readonly frames: number;
}

/** A run as one video that ends in a pad. */
export interface JoinedRun {
  readonly chains: readonly string[];
  readonly pad: string;
  readonly format: ClipFormat;
}

/** A stretch of video made so far: where it comes out, and the frames of the run that it covers. */
interface Stretch {
  readonly pad: string;
  readonly endFrame: number;
}

/**
 * Extra frames after each side of a transition. Up to ffmpeg 5.1, xfade forgets the frames it still holds when it hears
 * that a side has ended, and waits for ever for a side that ends with the transition; with these, no side ends before it is over.
 */
const SPARE_FRAMES = 3;

/** Filters that `joinRun` uses. */
export const JOIN_FILTERS = ['concat', 'settb', 'setpts', 'fps', 'tpad', 'trim', 'format', ...CROSS_FILTERS];

/** How a clip is mixed with what is below it. */
export function blendOf(clip: VisualClip | undefined): BlendMode {
  return clip?.placement?.blend ?? 'NORMAL';
}

/** The clips of a layer by the gaps between them, and by the ways in which they are mixed. */
export function runsOf(clips: readonly FinishedClip[]): Run[] {
  const runs: FinishedClip[][] = [];
  let end = -1;
  for (const finished of clips) {
    const { startFrame, frames, clip } = finished.shown;
    const before = runs.at(-1)?.[0];
    if (startFrame <= end && before && blendOf(before.shown.clip) === blendOf(clip)) runs.at(-1)?.push(finished);
    else runs.push([finished]);
    end = startFrame + frames;
  }
  return runs.map((run) => {
    const startFrame = run[0]?.shown.startFrame ?? 0;
    const last = run.at(-1)?.shown;
    return { clips: run, startFrame, frames: last ? last.startFrame + last.frames - startFrame : 0 };
  });
}

interface JoinOptions {
  /** Unique in the graph. */
  readonly name: string;
  readonly rate: Rational;
  /** Of the result, able to hold every clip. */
  readonly format: ClipFormat;
  /** Transitions mix colours and alpha each by itself: with alpha the colours must be multiplied by it, or hidden ones show. */
  readonly premultiply: boolean;
}

/**
 * Joins the clips of a run by cuts and transitions into one video of exactly the frames planned.
 */
export function joinRun(run: Run, { name, rate, format, premultiply }: JoinOptions): JoinedRun {
  const chains: string[] = [];
  const groups = groupByCuts(run);
  const stretches = groups.map((group, i) =>
    concatenated(group, { pad: `${name}g${i}`, runStart: run.startFrame, rate, format, premultiply }, chains),
  );
  let soFar = stretches[0];
  if (!soFar) throw new RangeError('a run needs a clip');
  stretches.slice(1).forEach((next, i) => {
    const shown = groups[i + 1]?.[0]?.shown;
    const transition = shown?.clip.transition;
    if (!soFar || !transition) return;
    // Negative where the transition has begun before the section.
    const offset = seconds(shown.startFrame - shown.fromFrame - run.startFrame, rate);
    const pad = `${name}x${i}`;
    const times = `duration=${seconds(transition.frames, rate)}:offset=${offset}`;
    const place = { from: soFar.pad, next: next.pad, to: pad, times };
    chains.push(...(premultiply ? alphaTransition : cross)(transition.kind, place));
    soFar = { pad, endFrame: next.endFrame };
  });
  const straight = premultiply ? `,${straightAlpha(format)}` : '';
  // Ends the last side's spare frames.
  chains.push(`[${soFar.pad}]trim=end_frame=${soFar.endFrame}${straight}[${name}]`);
  return { chains, pad: name, format };
}

/** Clips with only cuts between them: between the groups are transitions. */
function groupByCuts({ clips }: Run): FinishedClip[][] {
  const groups: FinishedClip[][] = [];
  let end = 0;
  for (const finished of clips) {
    const { startFrame, frames } = finished.shown;
    const group = groups.at(-1);
    // Nothing is left of a transition whose other side is not shown.
    if (group && startFrame === end) group.push(finished);
    else groups.push([finished]);
    end = startFrame + frames;
  }
  return groups;
}

interface GroupOptions extends Omit<JoinOptions, 'name'> {
  readonly pad: string;
  readonly runStart: number;
}

function concatenated(
  group: readonly FinishedClip[],
  { pad, runStart, rate, format, premultiply }: GroupOptions,
  chains: string[],
): Stretch {
  const last = group.at(-1)?.shown;
  const pads = group.map((finished, i) => {
    if (finished.format === format) return finished.pad;
    chains.push(`[${finished.pad}]format=${format}[${pad}f${i}]`);
    return `${pad}f${i}`;
  });
  const from = pads.map((name) => `[${name}]`).join('');
  // concat counts in microseconds and gives a clip of one frame no length at all: number the frames anew.
  const concat = group.length > 1 ? `concat=n=${group.length}:v=1:a=0,` : '';
  const multiplied = premultiply ? `${FROM_BT709},format=gbrap,premultiply=inplace=1,` : '';
  chains.push(
    `${from}${concat}${multiplied}settb=${rate.den}/${rate.num},setpts=N,fps=${ratio(rate)},tpad=stop_mode=clone:stop=${SPARE_FRAMES}[${pad}]`,
  );
  return { pad, endFrame: last ? last.startFrame + last.frames - runStart : 0 };
}

function straightAlpha(format: ClipFormat): string {
  return `unpremultiply=inplace=1,${TO_BT709},format=${format}`;
}

/** xfade rounds to the nearest frame. */
function seconds(frames: number, rate: Rational): string {
  return (timeUsOf(frames, rate) / 1e6).toFixed(6);
}
