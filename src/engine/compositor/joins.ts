import { timeUsOf, type Rational } from '../../composition/frame-grid.js';
import type { FinishedClip } from './clips.js';
import { ratio, type ClipFormat } from './stage.js';

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
export const JOIN_FILTERS = ['concat', 'settb', 'setpts', 'fps', 'tpad', 'trim', 'format', 'xfade'];

/** The clips of a layer by the gaps between them. */
export function runsOf(clips: readonly FinishedClip[]): Run[] {
  const runs: FinishedClip[][] = [];
  let end = -1;
  for (const finished of clips) {
    const { startFrame, frames } = finished.shown;
    if (startFrame <= end) runs.at(-1)?.push(finished);
    else runs.push([finished]);
    end = startFrame + frames;
  }
  return runs.map((run) => {
    const startFrame = run[0]?.shown.startFrame ?? 0;
    const last = run.at(-1)?.shown;
    return { clips: run, startFrame, frames: last ? last.startFrame + last.frames - startFrame : 0 };
  });
}

/**
 * Joins the clips of a run by cuts and transitions into one video of exactly the frames planned.
 * @param format of the result, able to hold every clip.
 */
export function joinRun(
  run: Run,
  { name, rate, format }: { readonly name: string; readonly rate: Rational; readonly format: ClipFormat },
): JoinedRun {
  const chains: string[] = [];
  const groups = groupByCuts(run);
  const withTransitions = groups.length > 1;
  const stretches = groups.map((group, i) =>
    concatenated(
      group,
      {
        pad: `${name}g${i}`,
        runStart: run.startFrame,
        rate,
        format,
        premultiply: withTransitions && format !== 'yuv420p',
      },
      chains,
    ),
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
    const duration = seconds(transition.frames, rate);
    chains.push(`[${soFar.pad}][${next.pad}]xfade=transition=${transition.kind}:duration=${duration}:offset=${offset}[${pad}]`);
    soFar = { pad, endFrame: next.endFrame };
  });
  const straight = withTransitions && format !== 'yuv420p' ? `,${straightAlpha(format)}` : '';
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

interface GroupOptions {
  readonly pad: string;
  readonly runStart: number;
  readonly rate: Rational;
  readonly format: ClipFormat;
  /** Transitions mix colours and alpha each by itself: with alpha the colours must be multiplied by it, or hidden ones show. */
  readonly premultiply: boolean;
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
  const multiplied = premultiply ? 'scale=in_color_matrix=bt709:in_range=tv,format=gbrap,premultiply=inplace=1,' : '';
  chains.push(
    `${from}${concat}${multiplied}settb=${rate.den}/${rate.num},setpts=N,fps=${ratio(rate)},tpad=stop_mode=clone:stop=${SPARE_FRAMES}[${pad}]`,
  );
  return { pad, endFrame: last ? last.startFrame + last.frames - runStart : 0 };
}

function straightAlpha(format: ClipFormat): string {
  return `unpremultiply=inplace=1,scale=out_color_matrix=bt709:out_range=tv,format=${format}`;
}

/** xfade rounds to the nearest frame. */
function seconds(frames: number, rate: Rational): string {
  return (timeUsOf(frames, rate) / 1e6).toFixed(6);
}
