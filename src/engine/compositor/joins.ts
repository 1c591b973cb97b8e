import { timeUsOf, type Rational } from '../../composition/frame-grid.js';
import type { FinishedClip } from './clips.js';
import { commonFormat, ratio, type ClipFormat } from './stage.js';
import { TRANSITIONS } from './transitions/transitions.js';

/** Clips that follow each other without a gap, and the frames that they cover. */
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

/** A stretch of video made so far: where it comes out and how many frames it has. */
interface Stretch {
  readonly pad: string;
  readonly frames: number;
}

/**
 * Extra frames after each side of a transition. Up to ffmpeg 5.1, xfade forgets the frames it still holds when it hears
 * that a side has ended, and waits for ever for a side that ends with the transition; with these, no side ends before it is over.
 */
const SPARE_FRAMES = 3;

/** Filters that `joinRun` uses beside those of transitions. */
export const JOIN_FILTERS = ['concat', 'settb', 'setpts', 'fps', 'tpad', 'trim', 'format'];

/** The clips of a layer by the gaps between them. */
export function runsOf(clips: readonly FinishedClip[]): Run[] {
  const runs: FinishedClip[][] = [];
  let end = -1;
  for (const finished of clips) {
    const { startFrame, frames, transition } = finished.clip;
    if (startFrame + (transition?.frames ?? 0) === end) runs.at(-1)?.push(finished);
    else runs.push([finished]);
    end = startFrame + frames;
  }
  return runs.map((run) => {
    const startFrame = run[0]?.clip.startFrame ?? 0;
    const last = run.at(-1)?.clip;
    return { clips: run, startFrame, frames: last ? last.startFrame + last.frames - startFrame : 0 };
  });
}

/** Joins the clips of a run by cuts and transitions into one video of exactly the frames planned. */
export function joinRun(run: Run, name: string, rate: Rational): JoinedRun {
  const chains: string[] = [];
  const format = commonFormat(run.clips.map((clip) => clip.format));
  const groups = groupByCuts(run.clips);
  const withTransitions = groups.length > 1;
  const stretches = groups.map((group, i) =>
    concatenated(
      group,
      { pad: `${name}g${i}`, rate, format, premultiply: withTransitions && format !== 'yuv420p' },
      chains,
    ),
  );
  let soFar = stretches[0];
  if (!soFar) throw new RangeError('a run needs a clip');
  stretches.slice(1).forEach((next, i) => {
    const transition = groups[i + 1]?.[0]?.clip.transition;
    if (!soFar || !transition) return;
    const frames = transition.frames;
    const offset = seconds(soFar.frames - frames, rate);
    const pad = `${name}x${i}`;
    const { xfade } = TRANSITIONS[transition.kind];
    chains.push(
      `[${soFar.pad}][${next.pad}]xfade=transition=${xfade}:duration=${seconds(frames, rate)}:offset=${offset}[${pad}]`,
    );
    soFar = { pad, frames: soFar.frames + next.frames - frames };
  });
  const straight = withTransitions && format !== 'yuv420p' ? `,${straightAlpha(format)}` : '';
  // Ends the last side's spare frames.
  chains.push(`[${soFar.pad}]trim=end_frame=${soFar.frames}${straight}[${name}]`);
  return { chains, pad: name, format };
}

/** Clips with only cuts between them: between the groups are transitions. */
function groupByCuts(clips: readonly FinishedClip[]): FinishedClip[][] {
  const groups: FinishedClip[][] = [];
  for (const finished of clips) {
    const group = groups.at(-1);
    if (group && !finished.clip.transition) group.push(finished);
    else groups.push([finished]);
  }
  return groups;
}

interface GroupOptions {
  readonly pad: string;
  readonly rate: Rational;
  readonly format: ClipFormat;
  /** Transitions mix colours and alpha each by itself: with alpha the colours must be multiplied by it, or hidden ones show. */
  readonly premultiply: boolean;
}

function concatenated(
  group: readonly FinishedClip[],
  { pad, rate, format, premultiply }: GroupOptions,
  chains: string[],
): Stretch {
  const frames = group.reduce((sum, { clip }) => sum + clip.frames, 0);
  const pads = group.map((finished, i) => {
    if (finished.format === format) return finished.pad;
    chains.push(`[${finished.pad}]format=${format}[${pad}f${i}]`);
    return `${pad}f${i}`;
  });
  const from = pads.map((name) => `[${name}]`).join('');
  // concat counts in microseconds and gives a clip of one frame no length at all: number the frames anew.
  const concat = group.length > 1 ? `concat=n=${group.length}:v=1:a=0,` : '';
  const multiplied = premultiply ? 'scale=in_color_matrix=bt709:in_range=tv,format=gbrap,premultiply=inplace=1,' : '';
  chains.push(
    `${from}${concat}${multiplied}settb=${rate.den}/${rate.num},setpts=N,fps=${ratio(rate)},tpad=stop_mode=clone:stop=${SPARE_FRAMES}[${pad}]`,
  );
  return { pad, frames };
}

function straightAlpha(format: ClipFormat): string {
  return `unpremultiply=inplace=1,scale=out_color_matrix=bt709:out_range=tv,format=${format}`;
}

/** xfade rounds to the nearest frame. */
function seconds(frames: number, rate: Rational): string {
  return (timeUsOf(frames, rate) / 1e6).toFixed(6);
}
